package eddy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// ticker takes ticks on a manual clock, and logs when each was taken and for when it was scheduled, in milliseconds.
type ticker struct {
	clock     *eddytest.Clock
	interval  *eddy.Interval
	taken     []int
	scheduled []int
}

// next waits for a tick, letting the clock go on millisecond by millisecond.
func (k *ticker) next(t *testing.T) {
	t.Helper()
	task := eddytest.NewTask(t, k.interval.Tick())
	task.Clock = k.clock
	v, err := task.Poll()
	for err == future.Pending {
		k.clock.Advance(time.Millisecond)
		if task.Woken() {
			v, err = task.Poll()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	k.taken = append(k.taken, int(k.clock.Now().Milliseconds()))
	k.scheduled = append(k.scheduled, int(v.Milliseconds()))
}

// The three policies, with a task that takes the first tick on time and is busy until 35 ms, as in the doc comments.
func TestIntervalPolicies(t *testing.T) {
	for _, c := range []struct {
		policy           eddy.MissedTicks
		taken, scheduled []int
	}{
		{eddy.Burst, []int{10, 35, 35, 40, 50}, []int{10, 20, 30, 40, 50}},
		{eddy.Delay, []int{10, 35, 45, 55, 65}, []int{10, 20, 45, 55, 65}},
		{eddy.Skip, []int{10, 35, 40, 50, 60}, []int{10, 20, 40, 50, 60}},
	} {
		k := &ticker{clock: new(eddytest.Clock), interval: eddy.NewInterval(10*time.Millisecond, c.policy)}
		k.next(t)
		k.clock.Advance(25 * time.Millisecond)
		for range 4 {
			k.next(t)
		}
		if !slices.Equal(k.taken, c.taken) || !slices.Equal(k.scheduled, c.scheduled) {
			t.Errorf("policy %d: taken at %v, scheduled for %v; want %v, %v", c.policy, k.taken, k.scheduled, c.taken, c.scheduled)
		}
		if k.clock.Timers() != 0 {
			t.Errorf("policy %d: %d timers left", c.policy, k.clock.Timers())
		}
	}
}

// A tick taken exactly at the time of the next one: Skip leaves that one out only if its time has passed it by.
func TestIntervalLateByExactlyOnePeriod(t *testing.T) {
	for policy, want := range map[eddy.MissedTicks][]int{
		eddy.Burst: {20, 20, 30},
		eddy.Delay: {20, 30, 40},
		eddy.Skip:  {20, 30, 40},
	} {
		k := &ticker{clock: new(eddytest.Clock), interval: eddy.NewInterval(10*time.Millisecond, policy)}
		late := eddytest.NewTask(t, k.interval.Tick())
		late.Clock = k.clock
		pollPending(t, late)
		k.clock.Advance(20 * time.Millisecond)
		late.Cancel()
		for range 3 {
			k.next(t)
		}
		if !slices.Equal(k.taken, want) {
			t.Errorf("policy %d: taken at %v; want %v", policy, k.taken, want)
		}
	}
}

// The interval starts with the first Poll of its first Tick; the first tick is one period later, and never early.
func TestIntervalStartsAtTheFirstPoll(t *testing.T) {
	tick := eddytest.NewTask(t, eddy.NewInterval(time.Second, eddy.Burst).Tick())
	tick.Clock.Advance(time.Hour)
	pollPending(t, tick)
	tick.Clock.Advance(time.Second - 1)
	pollPending(t, tick)
	tick.Clock.Advance(1)
	pollFinal(t, tick, time.Hour+time.Second, nil)
}

// A Tick that is cancelled takes no tick, even if it was due already, and leaves no timer.
func TestCancelledTickTakesNone(t *testing.T) {
	interval := eddy.NewInterval(time.Second, eddy.Burst)
	lost := eddytest.NewTask(t, interval.Tick())
	pollPending(t, lost)
	if lost.Clock.Timers() != 1 {
		t.Errorf("%d timers while it waits", lost.Clock.Timers())
	}
	lost.Cancel()
	if lost.Clock.Timers() != 0 {
		t.Errorf("%d timers after Cancel", lost.Clock.Timers())
	}
	due := eddytest.NewTask(t, interval.Tick())
	due.Clock = lost.Clock
	pollPending(t, due)
	due.Clock.Advance(time.Second)
	due.Cancel()
	next := eddytest.NewTask(t, interval.Tick())
	next.Clock = lost.Clock
	pollFinal(t, next, time.Second, nil)
}

// Of two that wait at the same time, each takes a tick of its own: the second goes on to wait for the next.
func TestTwoWaitingTicks(t *testing.T) {
	interval := eddy.NewInterval(time.Second, eddy.Burst)
	a, b := eddytest.NewTask(t, interval.Tick()), eddytest.NewTask(t, interval.Tick())
	b.Clock = a.Clock
	pollPending(t, a)
	pollPending(t, b)
	a.Clock.Advance(time.Second)
	pollFinal(t, a, time.Second, nil)
	pollPending(t, b)
	if b.Clock.Timers() != 1 {
		t.Errorf("%d timers", b.Clock.Timers())
	}
	b.Clock.Advance(time.Second - 1)
	if b.Woken() {
		t.Error("woken early")
	}
	b.Clock.Advance(1)
	pollFinal(t, b, 2*time.Second, nil)
}

// F17: a task that is always late takes ticks without a wait; they cost budget, so that it lets others run, but one
// that has waited for budget once needs none.
func TestLateTicksCostBudget(t *testing.T) {
	interval := eddy.NewInterval(time.Second, eddy.Burst)
	first := eddytest.NewTask(t, interval.Tick())
	pollPending(t, first)
	first.Clock.Advance(10 * time.Second)
	pollFinal(t, first, time.Second, nil)
	if first.Spent() != 0 {
		t.Errorf("a tick that waited has spent %d", first.Spent())
	}
	late := eddytest.NewTask(t, interval.Tick())
	late.Clock = first.Clock
	pollFinal(t, late, 2*time.Second, nil)
	if late.Spent() != 1 {
		t.Errorf("a late tick has spent %d", late.Spent())
	}
	broke := eddytest.NewTask(t, interval.Tick())
	broke.Clock, broke.Budget = first.Clock, 0
	pollPending(t, broke)
	if !broke.Woken() {
		t.Error("not woken")
	}
	pollFinal(t, broke, 3*time.Second, nil)
}

// F15: the longest period does not overflow into the past.
func TestIntervalSaturates(t *testing.T) {
	for _, policy := range []eddy.MissedTicks{eddy.Burst, eddy.Delay, eddy.Skip} {
		interval := eddy.NewInterval(future.Never, policy)
		tick := eddytest.NewTask(t, interval.Tick())
		tick.Clock.Advance(time.Hour)
		pollPending(t, tick)
		tick.Clock.Advance(400 * 24 * time.Hour)
		pollPending(t, tick)
		tick.Clock.Advance(future.Never)
		pollFinal(t, tick, future.Never, nil)

		const half = future.Never/2 + 1 // the second tick would be due in the past
		interval = eddy.NewInterval(half, policy)
		first := eddytest.NewTask(t, interval.Tick())
		pollPending(t, first)
		first.Clock.Advance(half)
		pollFinal(t, first, half, nil)
		second := eddytest.NewTask(t, interval.Tick())
		second.Clock = first.Clock
		pollPending(t, second)
	}
}

func TestNewIntervalRefusesNonsense(t *testing.T) {
	mustPanic(t, "eddy: NewInterval: the period must be positive, not 0s", func() { eddy.NewInterval(0, eddy.Burst) })
	mustPanic(t, "eddy: NewInterval: the period must be positive, not -1s", func() { eddy.NewInterval(-time.Second, eddy.Burst) })
	mustPanic(t, nil, func() { eddy.NewInterval(time.Second, eddy.Skip+1) })
}

func TestTickPolledAfterItsEndPanics(t *testing.T) {
	task := eddytest.NewTask(t, eddy.NewInterval(time.Second, eddy.Skip).Tick())
	pollPending(t, task)
	task.Clock.Advance(time.Second)
	pollFinal(t, task, time.Second, nil)
	mustPanic(t, "future: Tick polled after its final result", func() { task.Poll() })
}
