package eddytest

import (
	"cmp"
	"slices"
	"time"

	"github.com/eddy-go/eddy/future"
)

// A Clock is a future.Clock that moves only by Advance. The zero Clock stands at zero and is ready for use.
type Clock struct {
	now    time.Duration
	last   future.TimerID
	armed  uint64
	timers map[future.TimerID]*timer
}

var _ future.Clock = (*Clock)(nil)

// A timer is due at deadline; of two with the same deadline, the one that was armed or re-armed first fires first.
type timer struct {
	deadline time.Duration
	sequence uint64
	waker    future.LocalWaker
}

// Now returns how far the clock was advanced.
func (c *Clock) Now() time.Duration { return c.now }

// Timers returns the number of armed timers. It is 0 after a test that has ended or cancelled what it polled.
func (c *Clock) Timers() int { return len(c.timers) }

// Advance moves the clock by d, up to future.Never at most, and then wakes the timers that have become due, by
// deadline, and in the order of arming where deadlines are equal. A timer that a wake arms fires at the next Advance
// at the earliest. Advance(0) fires timers that were armed with a deadline in the past. A negative d panics.
func (c *Clock) Advance(d time.Duration) {
	if d < 0 {
		panic("eddytest: Advance by " + d.String() + ": a clock never goes back")
	}
	c.now = future.After(c.now, d)
	var due []*timer
	for id, t := range c.timers {
		if t.deadline <= c.now {
			due = append(due, t)
			delete(c.timers, id)
		}
	}
	slices.SortFunc(due, func(a, b *timer) int {
		return cmp.Or(cmp.Compare(a.deadline, b.deadline), cmp.Compare(a.sequence, b.sequence))
	})
	for _, t := range due {
		t.waker.Wake()
	}
}

// Arm implements future.Clock. A deadline that has passed fires at the next Advance.
func (c *Clock) Arm(deadline time.Duration, w future.LocalWaker) future.TimerID {
	c.last++
	c.set(c.last, deadline, w)
	return c.last
}

// Rearm implements future.Clock.
func (c *Clock) Rearm(id future.TimerID, deadline time.Duration, w future.LocalWaker) future.TimerID {
	if c.timers[id] == nil {
		return c.Arm(deadline, w)
	}
	c.set(id, deadline, w)
	return id
}

// Disarm implements future.Clock.
func (c *Clock) Disarm(id future.TimerID) { delete(c.timers, id) }

func (c *Clock) set(id future.TimerID, deadline time.Duration, w future.LocalWaker) {
	if c.timers == nil {
		c.timers = make(map[future.TimerID]*timer)
	}
	c.armed++
	c.timers[id] = &timer{deadline: deadline, sequence: c.armed, waker: w}
}
