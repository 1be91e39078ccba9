package eddy

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy/future"
)

// MissedTicks says how an Interval goes on after a tick that was taken late.
type MissedTicks uint8

// The policies for missed ticks. Take a period of 10 ms and a task that is busy from 10 ms to 35 ms.
const (
	// Burst makes up for missed ticks: they come at once, one after the other, until the schedule is reached again.
	// Ticks at 10, then at 35 those of 20 and 30, then 40, 50. None is lost; the average rate holds.
	Burst MissedTicks = iota
	// Delay lets one period pass after each tick that was taken: ticks at 10, 35, 45, 55. Two ticks are never
	// closer than a period; the schedule moves.
	Delay
	// Skip leaves out what was missed and keeps the schedule: ticks at 10, at 35 that of 20, then 40, 50.
	Skip
)

// An Interval is a source of ticks, one each period. It belongs to one runtime's tasks.
type Interval struct {
	period  time.Duration
	missed  MissedTicks
	started bool
	next    time.Duration // when the next tick is due, on the clock of who polls
}

// NewInterval returns an interval. Its clock starts at the first Poll of its first Tick, and the first tick is due one
// period later, as that of a time.Ticker is. NewInterval panics if period is not positive or the policy is unknown.
func NewInterval(period time.Duration, missed MissedTicks) *Interval {
	if period <= 0 {
		panic("eddy: NewInterval: the period must be positive, not " + period.String())
	}
	if missed > Skip {
		panic("eddy: NewInterval: unknown policy for missed ticks")
	}
	return &Interval{period: period, missed: missed}
}

// Tick returns a future of the next tick. It waits in a task, never ends early, and never fails. Its value is the time
// for which the tick was scheduled, on the runtime's clock, which counts from the moment when the runtime was made:
// two values say how far apart two ticks should have been, and so how many a Skip has left out.
//
// A tick is taken by the Poll that returns it. A Tick that is cancelled first takes none, so that one which lost a
// Select misses nothing; of several that wait at the same time each takes a tick of its own.
func (iv *Interval) Tick() Future[time.Duration] { return &tick{interval: iv} }

// take moves the schedule on after the tick that is due was taken at now.
func (iv *Interval) take(now time.Duration) (scheduled time.Duration) {
	scheduled = iv.next
	switch iv.missed {
	case Burst:
		iv.next = future.After(scheduled, iv.period)
	case Delay:
		iv.next = future.After(now, iv.period)
	case Skip:
		iv.next = future.After(now, iv.period-(now-scheduled)%iv.period)
	}
	return scheduled
}

type tick struct {
	interval *Interval
	alarm    alarm
	state    waitState
}

func (t *tick) Poll(cx *future.Context) (time.Duration, error) {
	if t.state == waitEnded {
		future.PolledAfterDone("Tick")
	}
	now := cx.Clock().Now()
	iv := t.interval
	if !iv.started {
		iv.started = true
		iv.next = future.After(now, iv.period)
	}
	first := t.state == waitFresh
	t.state = waiting
	if now < iv.next {
		t.alarm.wait(cx, iv.next)
		return 0, future.Pending
	}
	// As in Sleep: a task that is always late takes tick after tick without a wait, and must let others run.
	if first && !cx.Spend() {
		return 0, future.Pending
	}
	t.end()
	return iv.take(now), nil
}

func (t *tick) Cancel() { t.end() }

func (t *tick) end() {
	t.state = waitEnded
	t.alarm.stop()
}

// String says what the wait is for, in task dumps.
func (t *tick) String() string { return fmt.Sprintf("the next tick of %v", t.interval.period) }
