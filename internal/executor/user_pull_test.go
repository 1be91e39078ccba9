package executor

import (
	"errors"
	"iter"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// counting is a sequence whose body waits between its values.
func counting(r *rig, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			Await(r.ex, &yields{2})
			if !yield(i) {
				return
			}
		}
	}
}

// The body of a program's own iter.Pull belongs to the task that calls next, and may wait.
func TestUserPullWaits(t *testing.T) {
	r := newRig(t)
	h := Spawn(r.ex, func() (int, error) {
		next, stop := iter.Pull(counting(r, 3))
		defer stop()
		sum := 0
		for {
			v, ok := next()
			if !ok {
				return sum, nil
			}
			sum += v + 10
			Await(r.ex, &yields{1})
		}
	})
	r.run()
	wantEnd(t, h, nil)
	if h.value != 33 {
		t.Errorf("sum %d, want 33", h.value)
	}
}

// A cancel reaches a wait in the body of an iter.Pull.
func TestUserPullIsCanceled(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	var inner error
	h := r.spawn(func() {
		next, stop := iter.Pull(func(yield func(int) bool) { _, inner = Await[int](r.ex, l) })
		defer stop()
		next()
	})
	h.Cancel()
	r.run()
	wantEnd(t, h, nil)
	if !errors.Is(inner, ErrCanceled) || l.cancels != 1 {
		t.Errorf("the body saw %v; %d cancels", inner, l.cancels)
	}
}

// The body of an iter.Pull can leave its WithTimeout after the task has begun one, and while it goes on. Neither is
// lost, and neither stays.
func TestUserPullLeavesWithTimeoutOutOfOrder(t *testing.T) {
	r := newRig(t)
	h := Spawn(r.ex, func() (int, error) {
		next, stop := iter.Pull(func(yield func(int) bool) {
			r.ex.WithTimeout(time.Second, func() error { yield(1); return nil })
			yield(2)
		})
		defer stop()
		next()
		if err := r.ex.WithTimeout(500*time.Millisecond, func() error {
			next()
			r.clock.advance(500 * time.Millisecond)
			return r.ex.Yield()
		}); err != os.ErrDeadlineExceeded {
			t.Errorf("the task's own timeout: %v", err)
		}
		r.clock.advance(time.Hour)
		return Await(r.ex, future.Ready(1))
	})
	r.run()
	wantEnd(t, h, nil)
}
