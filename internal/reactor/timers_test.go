package reactor

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// firings records which timers fired, by name.
type firings struct{ order []string }

func (f *firings) waker(who string) future.LocalWaker {
	p := &probe{onWake: func() { f.order = append(f.order, who) }}
	return p.local()
}

// want compares with what has fired since the last call.
func (f *firings) want(t *testing.T, what string, order ...string) {
	t.Helper()
	if !slices.Equal(f.order, order) {
		t.Errorf("%s: fired %v, want %v", what, f.order, order)
	}
	f.order = nil
}

// fireAt moves the clock and fires everything that is due.
func fireAt(r *Reactor, now time.Duration) int {
	r.kernel.(*scriptedKernel).now = now
	r.Refresh()
	return r.FireTimers(math.MaxInt)
}

func wantNext(t *testing.T, r *Reactor, want time.Duration) {
	t.Helper()
	if next, ok := r.NextDeadline(); !ok || next != want {
		t.Errorf("NextDeadline() = %v, %v; want %v", next, ok, want)
	}
}

// Timers fire by deadline, and equal deadlines in the order of their arming.
func TestTimersFireInOrder(t *testing.T) {
	r, _ := newReactor()
	var f firings
	for i, deadline := range []time.Duration{30, 10, 20, 10, 30, 10, 20} {
		r.Arm(deadline, f.waker(fmt.Sprint(deadline.Nanoseconds(), "/", i)))
	}
	if r.Timers() != 7 {
		t.Errorf("Timers() = %d, want 7", r.Timers())
	}
	wantNext(t, r, 10)
	if fired := fireAt(r, 100); fired != 7 {
		t.Errorf("%d fired, want 7", fired)
	}
	f.want(t, "all", "10/1", "10/3", "10/5", "20/2", "20/6", "30/0", "30/4")
	if _, ok := r.NextDeadline(); ok || r.Timers() != 0 {
		t.Error("something is still armed")
	}
}

// F16: no timer fires a nanosecond early, and by the sample: a clock that has moved on since does not count.
func TestTimersAreNeverEarly(t *testing.T) {
	r, k := newReactor()
	var f firings
	r.Arm(100, f.waker("t"))
	fireAt(r, 99)
	f.want(t, "one before")
	k.now = 100
	r.FireTimers(10)
	f.want(t, "due by the clock, not by the sample")
	if wait := r.NextWait(); wait != 1 {
		t.Errorf("NextWait() = %d, want 1", wait)
	}
	fireAt(r, 100)
	f.want(t, "at the deadline", "t")
}

// A re-arm to a later time takes its place in the order as if it had been armed then (the tie of spike "timers").
func TestPostponedTimerKeepsItsTurn(t *testing.T) {
	r, _ := newReactor()
	var f firings
	a := r.Arm(10, f.waker("old a"))
	if again := r.Rearm(a, 20, f.waker("a")); again != a {
		t.Errorf("the id changed from %d to %d", a, again)
	}
	b := r.Arm(20, f.waker("b"))
	r.Arm(20, f.waker("c"))
	r.Rearm(b, 20, f.waker("b")) // the same deadline, but armed last
	wantNext(t, r, 20)           // not the 10 at which a's node stands
	fireAt(r, 19)
	f.want(t, "before")
	fireAt(r, 20)
	f.want(t, "at 20", "a", "c", "b")
}

// A re-arm to an earlier time takes effect at once, also on a timer that was postponed before.
func TestEarlierDeadlineTakesEffectAtOnce(t *testing.T) {
	r, _ := newReactor()
	var f firings
	a := r.Arm(50, f.waker("a"))
	r.Arm(40, f.waker("b"))
	r.Rearm(a, 30, f.waker("a"))
	wantNext(t, r, 30)
	r.Rearm(a, 90, f.waker("a"))
	r.Rearm(a, 60, f.waker("a")) // earlier than 90, later than its node
	wantNext(t, r, 40)
	r.Rearm(a, 5, f.waker("a")) // earlier than its node
	wantNext(t, r, 5)
	fireAt(r, 60)
	f.want(t, "at 60", "a", "b")
}

// A disarmed timer neither fires, nor counts, nor sets the next wait; its waker is let go.
func TestDisarmedTimerIsGone(t *testing.T) {
	r, _ := newReactor()
	var f firings
	a, b, c := r.Arm(10, f.waker("a")), r.Arm(20, f.waker("b")), r.Arm(30, f.waker("c"))
	r.Rearm(b, 25, f.waker("b"))
	r.Disarm(a)
	wantNext(t, r, 25)
	r.Disarm(a) // again
	r.Disarm(b)
	wantNext(t, r, 30)
	if r.Timers() != 1 {
		t.Errorf("Timers() = %d, want 1", r.Timers())
	}
	fireAt(r, 29)
	f.want(t, "dead ones")
	r.Disarm(c)
	if _, ok := r.NextDeadline(); ok || r.Timers() != 0 || r.NextWait() >= 0 {
		t.Error("a dead timer keeps the loop alive")
	}
	for i := range r.timers.timers {
		if !r.timers.timers[i].waker.IsZero() {
			t.Errorf("slot %d still holds a waker", i)
		}
	}
}

// Ids that are zero, have fired, were disarmed or never existed are ignored, also when their slot serves another
// timer; Rearm then makes a new timer.
func TestEndedIDs(t *testing.T) {
	r, _ := newReactor()
	var f firings
	r.Disarm(0)
	r.Disarm(12345)
	fired := r.Arm(10, f.waker("fired"))
	fireAt(r, 10)
	f.want(t, "at 10", "fired")
	heir := r.Arm(20, f.waker("heir"))
	r.Disarm(fired)
	r.Disarm(0)
	again := r.Rearm(fired, 15, f.waker("again"))
	if again == fired || again == heir || again == 0 {
		t.Errorf("ids: fired %d, heir %d, again %d", fired, heir, again)
	}
	if fresh := r.Rearm(0, 30, f.waker("fresh")); fresh == 0 {
		t.Error("Rearm of no timer returned none")
	}
	fireAt(r, 30)
	f.want(t, "at 30", "again", "heir", "fresh")
}

// A slot whose generations are spent is never used again: no old id can reach a new timer.
func TestTimerSlotIsRetired(t *testing.T) {
	r, _ := newReactor()
	var f firings
	first := r.Arm(10, f.waker("first"))
	r.Disarm(first)
	r.timers.timers[0].generation = math.MaxUint32
	last := r.Arm(10, f.waker("last"))
	r.Disarm(last)
	heir := r.Arm(10, f.waker("heir"))
	if uint32(heir) == uint32(last) {
		t.Error("the slot was used again")
	}
	r.Disarm(first)
	r.Disarm(last)
	r.Disarm(0)
	fireAt(r, 10)
	f.want(t, "at 10", "heir")
}

// What is due is moved aside before the first wake: a timer that a wake arms waits for the next call, even if its
// deadline has passed, and a limit leaves the later ones for the next call.
func TestDueTimersAreMovedAsideFirst(t *testing.T) {
	r, _ := newReactor()
	var f firings
	var arm func()
	arm = func() {
		r.Arm(1, (&probe{onWake: arm}).local())
	}
	arm()
	for range 3 {
		if fired := fireAt(r, 50); fired != 1 {
			t.Fatalf("%d fired in one call, want 1", fired)
		}
	}
	r, _ = newReactor()
	for i := range 5 {
		r.Arm(time.Duration(10-i), f.waker(fmt.Sprint(10-i)))
	}
	r.Refresh()
	fireAt(r, 5)
	r.kernel.(*scriptedKernel).now = 20
	r.Refresh()
	if fired := r.FireTimers(3); fired != 3 {
		t.Errorf("%d fired, want 3", fired)
	}
	f.want(t, "limit 3", "6", "7", "8")
	if r.NextWait() != 0 {
		t.Errorf("NextWait() = %v with timers due", r.NextWait())
	}
	if fired := r.FireTimers(0); fired != 0 {
		t.Errorf("%d fired with limit 0", fired)
	}
	r.FireTimers(3)
	f.want(t, "the rest", "9", "10")
}

// A timer that was moved aside has ended: a wake of the same call that re-arms it makes a new one.
func TestRearmWhileFiring(t *testing.T) {
	r, _ := newReactor()
	var f firings
	var second, renewed future.TimerID
	r.Arm(1, (&probe{onWake: func() { renewed = r.Rearm(second, 5, f.waker("renewed")) }}).local())
	second = r.Arm(2, f.waker("second"))
	fireAt(r, 10)
	f.want(t, "first call", "second")
	if renewed == second {
		t.Error("a fired timer was re-armed under its old id")
	}
	fireAt(r, 10)
	f.want(t, "second call", "renewed")
}

// Timers that were due are not lost when a waker panics, which none should.
func TestPanickingWakerDoesNotLoseTimers(t *testing.T) {
	r, _ := newReactor()
	var f firings
	r.Arm(1, f.waker("a"))
	r.Arm(2, (&probe{onWake: func() { panic("waker") }}).local())
	r.Arm(3, f.waker("c"))
	mustPanic(t, func() { fireAt(r, 10) })
	f.want(t, "fired", "a", "c")
	if fired := fireAt(r, 10); fired != 0 || r.Timers() != 0 {
		t.Errorf("%d fired again, %d armed", fired, r.Timers())
	}
	f.want(t, "afterwards")
}

// After firing, the reactor holds no waker: a finished task is not kept alive.
func TestFiredWakersAreLetGo(t *testing.T) {
	r, _ := newReactor()
	var f firings
	for i := range 10 {
		r.Arm(time.Duration(i), f.waker("t"))
	}
	fireAt(r, 100)
	for _, w := range r.due[:cap(r.due)] {
		if !w.IsZero() {
			t.Fatal("a waker is kept")
		}
	}
}
