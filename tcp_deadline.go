package eddy

import (
	"os"
	"time"

	"github.com/eddy-go/eddy/future"
)

// noDeadline is that of a stream on which none was set.
const noDeadline = future.Never

// deadline is the read or the write deadline of a stream. Its timer is armed while it lies ahead, whether somebody
// waits or not: setting one is rare, or lies ever later, and re-arming later is only a store.
type deadline struct {
	at    time.Duration // on the runtime's clock; compared with the turn's sample, which is never ahead of the clock
	timer future.TimerID
	call  uint64 // the number of the call that set it
}

// setDeadline moves a deadline. One that is reached already passes at once.
func (x *extras) setDeadline(w whichDirection, at time.Duration) {
	r, d := x.stream.rt.reactor, &x.deadlines[w]
	switch {
	case at == noDeadline:
		r.Disarm(d.timer)
		d.timer = 0
	case at <= r.Now():
		r.Disarm(d.timer)
		d.timer = 0
		at = 0
		x.stream.direction(w).WakeAll()
	default:
		d.timer = r.Rearm(d.timer, at, future.NewWaker(x, uint64(w)).Local())
	}
	d.at = at
}

// SetDeadline sets the time after which reads and writes fail with os.ErrDeadlineExceeded, also those that wait
// already. The zero time is none. Runtime.Now is the clock to add to. From any goroutine.
func (s *TCPStream) SetDeadline(t time.Time) error { return s.setDeadlines(t, true, true) }

// SetReadDeadline is SetDeadline for reads alone.
func (s *TCPStream) SetReadDeadline(t time.Time) error { return s.setDeadlines(t, true, false) }

// SetWriteDeadline is SetDeadline for writes alone. A Write that fails by it returns how much went out.
func (s *TCPStream) SetWriteDeadline(t time.Time) error { return s.setDeadlines(t, false, true) }

func (s *TCPStream) setDeadlines(t time.Time, read, write bool) error {
	x, at := s.extra(), s.rt.deadlineAt(t)
	call := x.setCalls.Add(1)
	switch {
	case s.closed.Load():
		return s.closedError("set")
	case s.rt.onLoop(): // the frequent case, without a closure
		x.applyDeadlines(call, at, read, write)
	case !s.rt.exec.Post(func() { x.applyDeadlines(call, at, read, write) }):
		return s.closedError("set")
	}
	return nil
}

// deadlineAt puts a time on the runtime's clock.
func (rt *Runtime) deadlineAt(t time.Time) time.Duration {
	if t.IsZero() {
		return noDeadline
	}
	return max(0, t.Sub(rt.kernel.Start())) // Sub saturates
}

// applyDeadlines lets the later call win: one from another goroutine arrives after one that a task makes after it.
func (x *extras) applyDeadlines(call uint64, at time.Duration, read, write bool) {
	x.settled++
	if x.stream.gone {
		return // closed in the meantime: nobody would disarm the timer
	}
	for w, wanted := range [...]bool{readDirection: read, writeDirection: write} {
		if d := &x.deadlines[w]; wanted && call > d.call {
			d.call = call
			x.setDeadline(whichDirection(w), at)
		}
	}
}

// idleTimeout ends the waits of a stream on which no byte has moved for a time. It counts from the turn's clock
// sample: moving bytes only stores that, and the timer looks at it when it fires.
type idleTimeout struct {
	after   time.Duration // 0: none
	last    time.Duration // when a byte moved or a wait began
	timer   future.TimerID
	call    uint64 // the number of the call that set it
	expired bool
}

func (i *idleTimeout) deadline() time.Duration { return future.After(i.last, i.after) }

// SetIdleTimeout ends any read or write that waits when no byte has moved in either direction for d, with
// os.ErrDeadlineExceeded; those that follow fail too. d is counted anew from this call; 0 is none. From any goroutine.
func (s *TCPStream) SetIdleTimeout(d time.Duration) error {
	x := s.extra()
	call := x.setCalls.Add(1)
	switch {
	case s.closed.Load():
		return s.closedError("set")
	case s.rt.onLoop(): // as above
		x.setIdle(call, d)
	case !s.rt.exec.Post(func() { x.setIdle(call, d) }):
		return s.closedError("set")
	}
	return nil
}

func (x *extras) setIdle(call uint64, d time.Duration) {
	x.settled++
	i := &x.idle
	if x.stream.gone || call < i.call {
		return // closed in the meantime: nobody would disarm the timer; or set anew
	}
	x.stopIdle()
	i.call, i.after, i.expired = call, max(0, d), false
	i.last = x.stream.rt.reactor.Sample()
	if x.stream.waiting() {
		x.beginIdle(false)
	}
}

// beginWait is called before a wait begins, or goes on if it is not a new one.
func (s *TCPStream) beginWait(isNew bool) {
	if x := s.extras.Load(); x != nil {
		x.beginIdle(isNew)
	}
}

// beginIdle lets the idle timeout count. If a new wait is the only one, the peer's silence counts from now.
func (x *extras) beginIdle(isNew bool) {
	i, r := &x.idle, x.stream.rt.reactor
	if i.after == 0 {
		return
	}
	if isNew && !x.stream.waiting() {
		i.last = r.Sample()
	}
	if i.timer == 0 {
		x.armIdle()
	}
}

func (x *extras) armIdle() {
	x.idle.timer = x.stream.rt.reactor.Arm(x.idle.deadline(), future.NewWaker(x, idleKey).Local())
}

// idleTimer is called when the timer fires: the timeout expires, waits on because bytes have moved, or rests because
// nobody waits.
func (x *extras) idleTimer() {
	s, i := x.stream, &x.idle
	i.timer = 0
	switch {
	case !s.waiting():
	case s.rt.reactor.Sample() < i.deadline():
		x.armIdle()
	default:
		i.expired = true
		s.source.Read().WakeAll()
		s.source.Write().WakeAll()
	}
}

func (x *extras) stopIdle() {
	x.stream.rt.reactor.Disarm(x.idle.timer)
	x.idle.timer = 0
}

// waiting reports whether some read or write waits.
func (s *TCPStream) waiting() bool {
	return !s.source.Read().First(nil) || !s.source.Write().First(nil)
}

// timedOut is the error of an operation whose deadline has passed.
func (s *TCPStream) timedOut(op string) error {
	s.rt.stats.timeouts++
	return s.opError(op, os.ErrDeadlineExceeded)
}
