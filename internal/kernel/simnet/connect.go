package simnet

import (
	"syscall"
	"time"
)

const refusedErrno = syscall.ECONNREFUSED

// The handshake of TCP: syn, syn-ack, ack. A place in the listener's queue is taken with the syn, so that the ack
// always finds one; Linux takes it with the ack, and drops that if there is none.

// callOut sends a syn.
func (e *end) callOut() {
	if !e.send(syn, 0) {
		e.knockLater()
	}
}

// The times after which a syn is sent again, and after which connecting fails, are Linux's (net.ipv4.tcp_syn_retries).
var knocks = [...]time.Duration{
	1 * time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 31 * time.Second, 63 * time.Second, givenUp,
}

const givenUp = 127 * time.Second

// knockLater has the next syn sent when its time has come.
func (e *end) knockLater() {
	if e.state != connecting || e.timer.set() {
		return
	}
	for _, after := range knocks {
		if at := e.started + after; at > e.host.net.now {
			e.host.net.alarms.set(&e.timer, at)
			return
		}
	}
}

// knockAgain sends the next syn, or ends the attempt.
func (e *end) knockAgain() {
	switch {
	case e.verdict != 0:
		e.fail(e.verdict)
	case e.host.net.now >= e.started+givenUp:
		e.fail(syscall.ETIMEDOUT)
	default:
		e.callOut()
		e.knockLater() // in case that nobody answers this one either
	}
}

// knock is the arrival of a syn.
func (e *end) knock() {
	n, to := e.host.net, e.far
	n.note(to, "syn", 0, uint64(e.remote.IP.Port()), 0, 0)
	if q := e.peer; q != nil && q.state == opening {
		q.answer()
		return
	}
	var l *listener
	if k := to.kernel; k != nil && !k.dead {
		l = k.listening(e.remote)
	}
	switch {
	case l == nil:
		e.refuse()
	case l.full():
		n.note(to, "backlog full", l.sock.fd, uint64(len(l.queue)), 0, 0)
		e.knockLater()
	default:
		q := to.newEnd(opening, e.remote, e.local, e.host)
		q.listener, q.peer, e.peer = l, e, q
		q.options = *l.sock.options
		q.useLink()
		l.opening++
		q.answer()
	}
}

// refuse answers a syn with a reset.
func (e *end) refuse() {
	n := e.host.net
	if e.wire.cut || e.muted {
		e.knockLater()
		return
	}
	e.verdict = refusedErrno
	n.in(&e.timer, e.wire.latency(n))
}

// answer sends a syn-ack.
func (e *end) answer() {
	if !e.send(synAck, 0) {
		e.unanswered()
	}
}

// unanswered is told of a syn-ack that was lost: whoever asked asks again, or nobody does.
func (e *end) unanswered() {
	e.peer.knockLater()
	e.expire()
}

// expire gives up the place in the queue of a connection whose ack does not come, some time from now: when Linux has
// sent the syn-ack for the last time (net.ipv4.tcp_synack_retries).
func (e *end) expire() {
	if e.state == opening && !e.timer.set() {
		e.host.net.in(&e.timer, 63*time.Second)
	}
}

// connected takes a syn-ack.
func (e *end) connected() {
	if e.state != connecting {
		return // a second one
	}
	e.host.net.alarms.stop(&e.timer)
	e.state = open
	e.sock.raise()
	e.transmit()
}

// opened takes the ack that completes the handshake.
func (e *end) opened() {
	e.peer.out.helloArrived = true
	e.peer.acknowledged()
	if e.state != opening {
		return
	}
	l := e.listener
	if l.closed {
		e.die()
		e.sendReset()
		return
	}
	l.opening--
	e.host.net.alarms.stop(&e.timer)
	e.state = open
	l.offer(e)
}
