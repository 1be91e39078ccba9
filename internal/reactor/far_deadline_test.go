package reactor

import (
	"math"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// F15: 400 days with a timer that is never due, one that spans them all, and a daily one; every wait is as long as
// the next deadline is away, and nothing wraps.
func TestFourHundredDays(t *testing.T) {
	const day = 24 * time.Hour
	r, k := newReactor()
	var f firings
	r.Arm(future.Never, f.waker("never"))
	r.Arm(400*day, f.waker("400 days"))
	daily := 0
	var next func()
	next = func() {
		daily++
		r.Arm(future.After(r.Now(), day), (&probe{onWake: next}).local())
	}
	next()
	turns := 0
	for r.Now() < 400*day {
		wait := r.NextWait()
		if wait != day {
			t.Fatalf("day %d: the wait is %v", r.Now()/day, wait)
		}
		k.takes = wait
		if err := r.Wait(wait); err != nil {
			t.Fatal(err)
		}
		r.FireTimers(16)
		turns++
	}
	f.want(t, "after 400 days", "400 days")
	if turns != 400 || daily != 401 || r.Timers() != 2 {
		t.Errorf("%d turns, %d daily firings, %d timers", turns, daily-1, r.Timers())
	}
}

// F15: deadlines at both ends of what a Duration holds.
func TestExtremeDeadlines(t *testing.T) {
	r, _ := newReactor()
	var f firings
	fireAt(r, time.Hour)
	never := r.Arm(future.Never, f.waker("never"))
	if want := future.Never - time.Hour; r.NextWait() != want {
		t.Errorf("NextWait() = %d, want %d", r.NextWait(), want)
	}
	r.Rearm(never, future.Never, f.waker("never"))
	r.Arm(math.MinInt64, f.waker("long ago"))
	r.Arm(-1, f.waker("before the start"))
	if r.NextWait() != 0 {
		t.Errorf("NextWait() = %d with a deadline in the past", r.NextWait())
	}
	fireAt(r, future.Never-1)
	f.want(t, "at the end of time", "long ago", "before the start")
	if r.NextWait() != 1 {
		t.Errorf("NextWait() = %d, want 1", r.NextWait())
	}
}
