package reactor

import (
	"time"

	"github.com/eddy-go/eddy/future"
)

var _ future.Clock = (*Reactor)(nil)

// Now reads the kernel's clock: the time since the runtime was made.
func (r *Reactor) Now() time.Duration { return r.kernel.Now() }

// Sample returns the clock as it was when Wait returned, or at the last Refresh. It is never ahead of the clock, so
// a timer that is due by the sample is due. It may be behind: a deadline counted from it may come early by that much,
// which only an idle timeout may accept (F16).
func (r *Reactor) Sample() time.Duration { return r.sample }

// Refresh reads the kernel's clock into the sample.
func (r *Reactor) Refresh() { r.sample = r.kernel.Now() }

// Arm implements future.Clock: it wakes w when the clock has reached deadline. It allocates nothing once as many
// timers have been armed at the same time before.
func (r *Reactor) Arm(deadline time.Duration, w future.LocalWaker) future.TimerID {
	return r.timers.arm(deadline, w)
}

// Rearm implements future.Clock. Moving a deadline to a later time is the cheap direction: it only stores.
func (r *Reactor) Rearm(id future.TimerID, deadline time.Duration, w future.LocalWaker) future.TimerID {
	return r.timers.rearm(id, deadline, w)
}

// Disarm implements future.Clock: the timer does not fire any more and counts for nothing.
func (r *Reactor) Disarm(id future.TimerID) { r.timers.disarm(id) }

// Timers returns how many timers are armed.
func (r *Reactor) Timers() int { return r.timers.live() }

// NextDeadline returns the earliest deadline of all armed timers, and false if there are none.
func (r *Reactor) NextDeadline() (time.Duration, bool) { return r.timers.next() }

// NextWait returns how long Wait may wait before a timer is due, counted from the sample: negative is for ever.
func (r *Reactor) NextWait() time.Duration {
	deadline, ok := r.timers.next()
	switch {
	case !ok:
		return -1
	case deadline <= r.sample:
		return 0 // and no subtraction, which a deadline far in the past would overflow (F15)
	default:
		return deadline - r.sample
	}
}

// FireTimers wakes the timers that are due by the sample, in the order of their deadlines, and among equal deadlines
// in the order in which they were armed. It fires at most limit of them and returns how many. They are moved aside
// before the first wake: a timer that is armed meanwhile fires in a later call, even if its deadline has passed.
func (r *Reactor) FireTimers(limit int) (fired int) {
	for len(r.due) < limit {
		w, ok := r.timers.take(r.sample)
		if !ok {
			break
		}
		r.due = append(r.due, w)
	}
	if len(r.due) == 0 {
		return 0
	}
	due := r.due
	r.due = r.due[:0]
	wakeEach(due)
	return len(due)
}

// wakeEach wakes and forgets all of due. As deliver, it does not leave out the rest if a waker panics: their timers
// have ended, and nothing else would wake them.
func wakeEach(due []future.LocalWaker) {
	done := 0
	defer func() {
		if done < len(due) {
			wakeEach(due[done:])
		}
	}()
	for i, w := range due {
		done = i + 1
		due[i] = future.LocalWaker{} // keep no ended task alive
		w.Wake()
	}
}
