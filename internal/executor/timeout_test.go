package executor

import (
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// timeoutTask spawns a task that runs fn under WithTimeout.
func timeoutTask(r *rig, d time.Duration, fn func() error) *JoinHandle[struct{}] {
	return Spawn(r.ex, func() (struct{}, error) { return struct{}{}, r.ex.WithTimeout(d, fn) })
}

// Every wait inside an expired WithTimeout returns os.ErrDeadlineExceeded: never early, and its timer is gone after it.
func TestWithTimeout(t *testing.T) {
	r := newRig(t)
	r.clock.advance(time.Minute)
	l := &leaf{}
	h := timeoutTask(r, time.Second, func() error {
		_, err := Await[int](r.ex, l)
		for _, again := range []error{r.ex.Yield(), r.ex.Current("Test").Spend(), second(Await(r.ex, future.Ready(0)))} {
			if again != os.ErrDeadlineExceeded {
				t.Errorf("a later wait: %v", again)
			}
		}
		return err
	})
	r.run()
	r.clock.advance(time.Second - 1)
	l.waker.Wake()
	r.run()
	if h.Done() || l.polls != 2 {
		t.Fatalf("ended early: %v; %d polls", h.Done(), l.polls)
	}
	r.clock.advance(1)
	r.run()
	wantEnd(t, h, os.ErrDeadlineExceeded)
	if l.polls != 2 || l.cancels != 1 || len(r.clock.timers) != 0 {
		t.Errorf("%d polls, %d cancels, %d timers; want 2, 1, 0", l.polls, l.cancels, len(r.clock.timers))
	}
	if n := r.ex.Counts().Timeouts; n != 4 {
		t.Errorf("%d timeouts counted, want 4", n)
	}
	if err := timeoutTask(r, time.Second, func() error { return nil }); err.task.err() != nil {
		t.Error(err.task.err())
	}
	r.run()
}

func second[T any](_ T, err error) error { return err }

// The deadline counts from the clock, not from the turn's sample, which lags behind it; and it is compared with the
// sample. Either way it is never early.
func TestWithTimeoutIsNeverEarly(t *testing.T) {
	r := newRig(t)
	r.clock.now, r.clock.behind = time.Minute, 10*time.Millisecond
	l := &leaf{}
	h := timeoutTask(r, time.Second, func() error { return second(Await[int](r.ex, l)) })
	r.run()
	r.clock.advance(time.Second) // the sample is 10 ms short of the deadline
	l.waker.Wake()
	r.run()
	if h.Done() {
		t.Error("early by the sample")
	}
	r.clock.advance(10 * time.Millisecond)
	l.waker.Wake()
	r.run()
	wantEnd(t, h, os.ErrDeadlineExceeded)
}

// With d <= 0 no wait in fn is begun.
func TestWithTimeoutOfNothing(t *testing.T) {
	for _, d := range []time.Duration{0, -1, math.MinInt64} {
		r := newRig(t)
		r.clock.now, r.clock.behind = time.Minute, time.Millisecond
		l := &leaf{ready: true}
		h := timeoutTask(r, d, func() error { return second(Await[int](r.ex, l)) })
		r.run()
		wantEnd(t, h, os.ErrDeadlineExceeded)
		if l.polls != 0 || l.cancels != 0 {
			t.Errorf("%d polls, %d cancels; want none", l.polls, l.cancels)
		}
	}
}

// F15: the longest durations neither overflow nor end.
func TestWithTimeoutForEver(t *testing.T) {
	r := newRig(t)
	r.clock.advance(time.Hour)
	l := &leaf{}
	h := timeoutTask(r, math.MaxInt64, func() error {
		if deadline, ok := r.ex.Context(start).Deadline(); !ok || deadline.Before(start.AddDate(200, 0, 0)) {
			t.Errorf("deadline %v", deadline)
		}
		return second(Await[int](r.ex, l))
	})
	r.run()
	r.clock.advance(400 * 24 * time.Hour)
	r.run()
	if h.Done() {
		t.Error("it has ended")
	}
	l.finish()
	r.run()
	wantEnd(t, h, nil)
}

// Where timeouts nest, the earliest counts; after the inner one the outer one counts again.
func TestWithTimeoutsNest(t *testing.T) {
	for _, tc := range []struct {
		outer, inner, ends time.Duration
		innerOnly          bool
	}{
		{outer: 1, inner: 5, ends: 1},
		{outer: 5, inner: 1, ends: 1, innerOnly: true},
	} {
		r := newRig(t)
		h := timeoutTask(r, tc.outer*time.Second, func() error {
			if err := r.ex.WithTimeout(tc.inner*time.Second, func() error { return second(Await[int](r.ex, &leaf{})) }); err != os.ErrDeadlineExceeded {
				t.Errorf("inner: %v", err)
			}
			if got := r.clock.now; got != tc.ends*time.Second {
				t.Errorf("the inner one ended at %v, want %v", got, tc.ends*time.Second)
			}
			return second(Await(r.ex, future.Ready(0)))
		})
		r.run()
		for range 10 {
			r.clock.advance(time.Second)
			r.run()
		}
		want := os.ErrDeadlineExceeded
		if tc.innerOnly {
			want = nil
		}
		wantEnd(t, h, want)
		if !errors.Is(h.task.err(), want) {
			t.Errorf("outer: %v, want %v", h.task.err(), want)
		}
	}
}

// A WithTimeout in a nested coroutine wakes that coroutine, through whatever awaits it, and also after other wakers
// came in.
func TestWithTimeoutInNestedCoroutine(t *testing.T) {
	r := newRig(t)
	other := &leaf{}
	var inner error
	f := Async(r.ex, func() (int, error) {
		inner = r.ex.WithTimeout(time.Second, func() error { return second(Await[int](r.ex, &leaf{})) })
		return 3, nil
	})
	if _, err := polled(r, f); err != future.Pending { // by a task that ends
		t.Fatal(err)
	}
	h := Spawn(r.ex, func() (int, error) { return Await(r.ex, future.Race[int](other, f)) })
	r.run()
	r.clock.advance(time.Second)
	r.run()
	wantEnd(t, h, nil)
	if h.value != 3 || inner != os.ErrDeadlineExceeded || other.polls != 1 || other.cancels != 1 {
		t.Errorf("value %d, inner %v; the other: %d polls, %d cancels", h.value, inner, other.polls, other.cancels)
	}
}

// What an expired WithTimeout abandons is unwound: for a coroutine that means cancelled.
func TestWithTimeoutOverACoroutine(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	h := timeoutTask(r, time.Second, func() error {
		return second(Await(r.ex, Async(r.ex, func() (int, error) {
			_, err := Await[int](r.ex, l)
			if err != ErrCanceled {
				t.Errorf("inside: %v", err)
			}
			return 0, err
		})))
	})
	r.run()
	r.clock.advance(time.Second)
	r.run()
	wantEnd(t, h, os.ErrDeadlineExceeded)
	if l.cancels != 1 {
		t.Errorf("%d cancels, want 1", l.cancels)
	}
}

// A panic leaves a WithTimeout in order.
func TestPanicInWithTimeout(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		mustPanic(t, func() { r.ex.WithTimeout(time.Second, func() error { panic("boom") }) })
		r.clock.advance(time.Hour)
		if err := r.ex.Yield(); err != nil {
			t.Errorf("a wait after it: %v", err)
		}
	})
}

// F17: a WithTimeout ends code over futures that are always ready.
func TestWithTimeoutOverAlwaysReadyFutures(t *testing.T) {
	r := newRig(t)
	h := timeoutTask(r, time.Second, func() error {
		for {
			if _, err := Await[struct{}](r.ex, spender{}); err != nil {
				return err
			}
		}
	})
	for range 20 {
		r.turn()
		r.clock.advance(100 * time.Millisecond)
	}
	r.run()
	wantEnd(t, h, os.ErrDeadlineExceeded)
	if r.clock.now > 3*time.Second {
		t.Errorf("it took %v", r.clock.now)
	}
}
