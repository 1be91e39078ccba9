package simnet

import (
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// end is one end of a connection. It lives longer than its descriptor, where there are bytes to be sent, and begins
// earlier, where a listener has it in its queue.
//
// What an end knows of its peer came in packets; the exceptions, which spare an idle connection all work, are the
// questions that unreachable answers.
type end struct {
	host     *Host
	sock     *socket   // nil: not accepted yet, or closed
	listener *listener // in whose queue it stands, or will
	peer     *end      // nil while nobody has answered
	far      *Host     // where the peer is; nil if nobody has the address

	wire      *wire
	direction int  // of the wire, in which it sends
	unix      bool // else TCP
	muted     bool // packets vanish, both ways
	state     state
	orphan    bool // closed by its process: it ends by itself

	local, remote kernel.Addr
	options       options
	out           stream

	failure   kernel.Errno // what SO_ERROR returns
	finished  bool         // the peer's stream has ended
	readShut  bool         // nothing more will be read
	writeShut bool         // nothing more will be written
	noSpace   bool         // somebody wants to know when there is room

	started time.Duration // when connecting began
	heard   time.Duration // when the last packet came
	verdict kernel.Errno  // how connecting will end; 0: not known yet
	tries   int           // retransmissions that were not answered
	probes  int           // keep-alive probes that were not answered

	timer, keep, room, window alarm

	next, prev *end // on the host
}

// state is how far a connection has come, as one end sees it.
type state uint8

const (
	connecting state = iota // it has asked
	opening                 // it was asked and has answered
	open
	shut // it is over; what has arrived can still be read
)

func (h *Host) newEnd(state state, local, remote kernel.Addr, far *Host) *end {
	e := &end{host: h, state: state, local: local, remote: remote, far: far, unix: local.Unix}
	e.out.arrival.of(e, arrival)
	e.timer.of(e, resend)
	e.keep.of(e, probe)
	e.room.of(e, roomComes)
	e.window.of(e, windowOpens)
	e.started, e.heard = h.net.now, h.net.now
	if far != nil {
		e.wire = h.net.wire(h, far)
		e.direction = flag(h.id > far.id)
	}
	e.link()
	return e
}

// link and unlink keep the host's list.
func (e *end) link() {
	e.next = e.host.ends
	if e.next != nil {
		e.next.prev = e
	}
	e.host.ends = e
}

func (e *end) unlink() {
	switch {
	case e.prev != nil:
		e.prev.next = e.next
	case e.host.ends == e:
		e.host.ends = e.next
	default:
		return // not in the list
	}
	if e.next != nil {
		e.next.prev = e.prev
	}
	e.next, e.prev = nil, nil
}

func (e *end) happen(which happening) {
	switch which {
	case arrival:
		e.arrive()
	case resend:
		e.retry()
	case probe:
		e.ask()
	case roomComes:
		e.roomCame()
	case windowOpens:
		e.out.blocked = false
		e.transmit()
	}
}

// takeError returns the pending error and clears it.
func (e *end) takeError() kernel.Errno {
	errno := e.failure
	e.failure = 0
	return errno
}

// die ends the connection as far as this end is concerned: nothing is sent any more, but what is on its way travels on.
func (e *end) die() {
	if e.state == opening {
		e.listener.opening--
	}
	e.state = shut
	e.readShut, e.writeShut = true, true
	e.out.lost = false
	n := e.host.net
	n.alarms.stop(&e.timer)
	n.alarms.stop(&e.keep)
	n.alarms.stop(&e.room)
	n.alarms.stop(&e.window)
	e.unlink()
	e.release()
}

// vanish is die for a machine without power.
func (e *end) vanish() {
	e.sock = nil
	e.die()
	e.listener = nil
	e.release()
}

// fail ends the connection with an error.
func (e *end) fail(errno kernel.Errno) {
	e.host.net.note(e.host, "fail", e.fd(), 0, 0, uintptr(errno))
	e.failure = errno
	e.die()
	e.sock.raise()
}

// release gives the memory of a connection back, once nobody can read from it.
func (e *end) release() {
	if p := e.peer; e.over() && (p == nil || p.over()) {
		e.out.free(&e.host.net.rings)
		if p != nil {
			p.out.free(&e.host.net.rings)
		}
	}
}

func (e *end) over() bool { return e.state == shut && e.sock == nil && e.listener == nil }

// fd is the descriptor, as far as there is one: 0 is none.
func (e *end) fd() int {
	if e.sock == nil {
		return 0
	}
	return e.sock.fd
}
