package executor

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// retryLoop is everyday code: it backs off between attempts, and ignores what the back-off returns.
func retryLoop(r *rig, rounds *int, stop *bool) {
	for !*stop {
		*rounds++
		Await[int](r.ex, &leaf{})
	}
}

// F37: a cancelled task that ignores its errors burns turns, not the loop.
func TestCanceledRetryLoopGivesTurns(t *testing.T) {
	r := newRig(t)
	rounds, stop := 0, false
	h := r.spawn(func() { retryLoop(r, &rounds, &stop) })
	h.Cancel()
	for range 5 {
		before := rounds
		r.ex.PollReady(1)
		if r.ex.Ready() != 0 || r.ex.Yielded() != 1 {
			t.Errorf("%d ready, %d yielded; want 0 and 1", r.ex.Ready(), r.ex.Yielded())
		}
		if n := rounds - before; n == 0 || n > pollBudget+1 {
			t.Errorf("%d rounds in a turn, want some and at most %d", n, pollBudget+1)
		}
		r.ex.WakeYielded()
	}
	if h.Done() {
		t.Error("it has ended")
	}
	stop = true
	r.run()
	wantEnd(t, h, nil)
}

// F37: the same inside a WithTimeout that has expired.
func TestTimedOutRetryLoopGivesTurns(t *testing.T) {
	r := newRig(t)
	rounds, stop := 0, false
	h := r.spawn(func() {
		err := r.ex.WithTimeout(time.Second, func() error {
			retryLoop(r, &rounds, &stop)
			return r.ex.Yield()
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if _, err := Await(r.ex, future.Ready(0)); err != nil {
			t.Errorf("a wait after it: %v", err)
		}
	})
	r.clock.advance(time.Second)
	for range 5 {
		before := rounds
		r.ex.PollReady(1)
		if n := rounds - before; n == 0 || n > pollBudget+1 || r.ex.Ready() != 0 || r.ex.Yielded() != 1 {
			t.Errorf("%d rounds in a turn; %d ready, %d yielded", n, r.ex.Ready(), r.ex.Yielded())
		}
		r.ex.WakeYielded()
	}
	stop = true
	r.run()
	wantEnd(t, h, nil)
}

// A task that is cancelled while it yields inside an expired WithTimeout learns of the cancel: it is what lasts.
func TestCancelOutranksTimeout(t *testing.T) {
	r := newRig(t)
	var errs []error
	h := r.spawn(func() {
		r.ex.WithTimeout(0, func() error {
			for range pollBudget + 3 {
				errs = append(errs, r.ex.Yield())
			}
			return nil
		})
	})
	r.spawn(func() {})
	if errs[0] != os.ErrDeadlineExceeded || errs[len(errs)-1] != os.ErrDeadlineExceeded {
		t.Errorf("waits returned %v", errs)
	}
	wantEnd(t, h, nil)
	errs = nil
	h = r.spawnLater(func() {
		r.ex.WithTimeout(0, func() error {
			for range pollBudget + 3 {
				errs = append(errs, r.ex.Yield())
			}
			return nil
		})
	})
	r.ex.PollReady(1)
	h.Cancel()
	r.run()
	if n := len(errs); n != pollBudget+3 || errs[pollBudget-1] != os.ErrDeadlineExceeded || errs[pollBudget] != ErrCanceled || errs[n-1] != ErrCanceled {
		t.Errorf("%d waits returned %v", n, errs)
	}
}
