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
	stream    *TCPStream
	at        time.Duration // on the runtime's clock
	timer     future.TimerID
	call      uint64 // the number of the call that set it
	direction whichDirection
}

// passed compares with the turn's sample, which is never ahead of the clock.
func (d *deadline) passed() bool { return d.at <= d.stream.rt.reactor.Sample() }

// set moves the deadline. One that is reached already passes at once.
func (d *deadline) set(at time.Duration) {
	r := d.stream.rt.reactor
	switch {
	case at == noDeadline:
		r.Disarm(d.timer)
		d.timer = 0
	case at <= r.Now():
		r.Disarm(d.timer)
		d.timer = 0
		at = 0
		d.stream.direction(d.direction).WakeAll()
	default:
		d.timer = r.Rearm(d.timer, at, future.NewWaker(d, 0).Local())
	}
	d.at = at
}

// WakeLocal implements future.Target for the timer.
func (d *deadline) WakeLocal(uint64) { d.stream.direction(d.direction).WakeAll() }

// Wake is never used: timers fire on the loop.
func (d *deadline) Wake(key uint64) { d.WakeLocal(key) }

// SetDeadline sets the time after which reads and writes fail with os.ErrDeadlineExceeded, also those that wait
// already. The zero time is none. Runtime.Now is the clock to add to. From any goroutine.
func (s *TCPStream) SetDeadline(t time.Time) error { return s.setDeadlines(t, true, true) }

// SetReadDeadline is SetDeadline for reads alone.
func (s *TCPStream) SetReadDeadline(t time.Time) error { return s.setDeadlines(t, true, false) }

// SetWriteDeadline is SetDeadline for writes alone. A Write that fails by it returns how much went out.
func (s *TCPStream) SetWriteDeadline(t time.Time) error { return s.setDeadlines(t, false, true) }

func (s *TCPStream) setDeadlines(t time.Time, read, write bool) error {
	at := s.rt.deadlineAt(t)
	call := s.setCalls.Add(1)
	switch {
	case s.closed.Load():
		return s.closedError("set")
	case s.rt.onLoop(): // the frequent case, without a closure
		s.applyDeadlines(call, at, read, write)
	case !s.rt.exec.Post(func() { s.applyDeadlines(call, at, read, write) }):
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
func (s *TCPStream) applyDeadlines(call uint64, at time.Duration, read, write bool) {
	s.settled = max(s.settled, call)
	if s.gone {
		return // closed in the meantime: nobody would disarm the timer
	}
	for _, d := range []*deadline{&s.readDeadline, &s.writeDeadline} {
		wanted := read && d.direction == readDirection || write && d.direction == writeDirection
		if wanted && call > d.call {
			d.call = call
			d.set(at)
		}
	}
}

// idleTimeout ends the waits of a stream on which no byte has moved for a time. It counts from the turn's clock
// sample: moving bytes only stores that, and the timer looks at it when it fires.
type idleTimeout struct {
	stream  *TCPStream
	after   time.Duration // 0: none
	last    time.Duration // when a byte moved or a wait began
	timer   future.TimerID
	call    uint64 // the number of the call that set it
	expired bool
}

// SetIdleTimeout ends any read or write that waits when no byte has moved in either direction for d, with
// os.ErrDeadlineExceeded; those that follow fail too. d is counted anew from this call; 0 is none. From any goroutine.
func (s *TCPStream) SetIdleTimeout(d time.Duration) error {
	call := s.setCalls.Add(1)
	if s.closed.Load() || !s.onLoop(func() { s.idle.set(call, d) }) {
		return s.closedError("set")
	}
	return nil
}

func (i *idleTimeout) set(call uint64, d time.Duration) {
	i.stream.settled = max(i.stream.settled, call)
	if i.stream.gone || call < i.call {
		return // closed in the meantime: nobody would disarm the timer; or set anew
	}
	i.call = call
	i.stop()
	i.after, i.expired = max(0, d), false
	i.last = i.stream.rt.reactor.Sample()
	if i.waiting() {
		i.begin(false)
	}
}

// begin is called before a wait begins, or goes on if it is not a new one. If a new one is the only one, the peer's
// silence counts from now.
func (i *idleTimeout) begin(isNew bool) {
	if i.after == 0 {
		return
	}
	r := i.stream.rt.reactor
	if isNew && !i.waiting() {
		i.last = r.Sample()
	}
	if i.timer == 0 {
		i.timer = r.Arm(i.deadline(), future.NewWaker(i, 0).Local())
	}
}

// waiting reports whether some read or write waits.
func (i *idleTimeout) waiting() bool {
	s := i.stream
	return !s.source.Read.First(nil) || !s.source.Write.First(nil)
}

func (i *idleTimeout) deadline() time.Duration { return future.After(i.last, i.after) }

// WakeLocal implements future.Target for the timer: it expires, waits on because bytes have moved, or rests because
// nobody waits.
func (i *idleTimeout) WakeLocal(uint64) {
	s := i.stream
	r := s.rt.reactor
	i.timer = 0
	switch {
	case !i.waiting():
	case r.Sample() < i.deadline():
		i.timer = r.Arm(i.deadline(), future.NewWaker(i, 0).Local())
	default:
		i.expired = true
		s.source.Read.WakeAll()
		s.source.Write.WakeAll()
	}
}

// Wake is never used: timers fire on the loop.
func (i *idleTimeout) Wake(key uint64) { i.WakeLocal(key) }

func (i *idleTimeout) stop() {
	i.stream.rt.reactor.Disarm(i.timer)
	i.timer = 0
}

// timedOut is the error of an operation whose deadline has passed.
func (s *TCPStream) timedOut(op string) error {
	s.rt.stats.timeouts++
	return s.opError(op, os.ErrDeadlineExceeded)
}
