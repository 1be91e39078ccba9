package eddy

import (
	"syscall"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// The bounds of the lingering list. Picked: a peer that has something to say after our last word gets a second and
// 256 KiB to notice that we have ended.
const (
	defaultLinger = time.Second
	lingerBytes   = 256 << 10
	lingerSockets = 1024
)

// lingerList owns the closed sockets whose last bytes are on their way. Closing a socket with unread input makes the
// kernel send a reset, which destroys a reply that the peer has not read yet (F13). So we end our direction, read and
// drop what still comes, and close when the peer has ended too, or when its time, its bytes or its place are used up.
//
// It is part of the loop: a wake puts an entry on the woken list, and drain does the work, in step 2.
type lingerList struct {
	rt          *Runtime
	first, last *lingering // in the order of their closes
	n           int
	woken       []*lingering
}

// lingering is one closed socket.
type lingering struct {
	list       *lingerList
	source     *reactor.Source
	wait       reactor.Waiter
	timer      future.TimerID
	deadline   time.Duration
	left       int  // bytes that the peer may still send
	queued     bool // on the woken list
	next, prev *lingering
}

// add takes over a source whose write direction has been shut down, for at most d.
func (l *lingerList) add(source *reactor.Source, d time.Duration) {
	if l.n >= lingerSockets {
		l.end(l.first)
	}
	e := &lingering{list: l, source: source, left: lingerBytes, deadline: future.After(l.rt.reactor.Now(), d)}
	e.prev = l.last
	if l.last == nil {
		l.first = e
	} else {
		l.last.next = e
	}
	l.last = e
	l.n++
	waker := future.NewWaker(e, 0).Local()
	e.timer = l.rt.reactor.Arm(e.deadline, waker)
	source.Read().Wait(&e.wait, waker, source)
	waker.Wake() // the flag may be up already
}

// WakeLocal implements future.Target. As every wake, it only enqueues.
func (e *lingering) WakeLocal(uint64) {
	if !e.queued {
		e.queued = true
		e.list.woken = append(e.list.woken, e)
	}
}

// Wake is never used: sources and timers wake on the loop.
func (e *lingering) Wake(key uint64) { e.WakeLocal(key) }

func (l *lingerList) len() int   { return l.n }
func (l *lingerList) ready() int { return len(l.woken) }

// drain looks at the sockets that were woken.
func (l *lingerList) drain() {
	for i, e := range l.woken {
		l.woken[i] = nil
		e.queued = false
		if e.source.Registered() && e.over() {
			l.end(e)
		}
	}
	l.woken = l.woken[:0]
}

// over reads what has come and reports whether the socket can be closed.
func (e *lingering) over() bool {
	rt := e.list.rt
	if rt.reactor.Sample() >= e.deadline {
		return true
	}
	buf := rt.buffers.borrow()
	defer rt.buffers.giveBack(buf)
	for e.source.Read().Ready() {
		n, errno := rt.kernel.Read(e.source.FD(), buf[:])
		switch {
		case errno == syscall.EAGAIN:
			e.source.Read().Clear()
		case errno != 0 || n == 0:
			return true
		default:
			if e.left -= n; e.left <= 0 {
				return true
			}
		}
	}
	return false
}

// end closes one socket.
func (l *lingerList) end(e *lingering) {
	if e.prev == nil {
		l.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		l.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	l.n--
	l.rt.reactor.Disarm(e.timer)
	e.source.Read().Leave(&e.wait)
	l.rt.reactor.Deregister(e.source)
	l.rt.kernel.Close(e.source.FD())
}

func (l *lingerList) closeAll() {
	for l.first != nil {
		l.end(l.first)
	}
}

// closeOnLoop is the part of Close that runs on the loop.
func (s *TCPStream) closeOnLoop() {
	s.CancelPoll()
	x := s.extras.Load()
	if x != nil {
		x.stop()
		defer x.endAdapter()
	}
	if s.nothingToLose() || s.rt.kernel.Shutdown(s.source.FD(), kernel.ShutWrite) != 0 {
		s.rt.kernel.Close(s.leave())
		return
	}
	s.source.Read().WakeAll()
	s.source.Write().WakeAll()
	s.rt.linger.add(&s.source, s.lingers())
}

// nothingToLose reports whether a plain close cannot destroy bytes that we sent: none were, the peer has ended before
// us and so sends nothing that we would not have read, or the program wants a reset.
func (s *TCPStream) nothingToLose() bool {
	return !s.sent || s.peerEnded || s.lingers() == 0
}

// lingers returns how long the peer may take to end its direction after Close.
func (s *TCPStream) lingers() time.Duration {
	if x := s.extras.Load(); x != nil {
		return x.lingers
	}
	return defaultLinger
}
