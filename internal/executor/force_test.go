package executor

import (
	"iter"
	"runtime"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// force cancels all tasks, sees that they live on, forces them, and turns the loop until all have ended.
func (r *rig) force() {
	r.t.Helper()
	before := r.ex.Live()
	r.ex.Refuse()
	r.ex.CancelAll()
	for range 3 {
		r.turn()
	}
	if n := r.ex.Live(); n < before {
		r.t.Errorf("%d of %d tasks are left before the force", n, before)
	}
	r.ex.Force()
	r.run()
	if n := r.ex.Live(); n != 0 {
		r.t.Fatalf("%d tasks are left", n)
	}
}

// F37: force ends a task that ignores its errors, and its deferred calls run. The result is ErrCanceled.
func TestForce(t *testing.T) {
	r := newRig(t)
	deferred := 0
	h := r.spawn(func() {
		defer func() { deferred++ }()
		for {
			func() {
				defer func() {
					if v := recover(); v != nil {
						t.Errorf("a forced end shows as a panic: %v", v)
					}
				}()
				Await[int](r.ex, &leaf{})
			}()
		}
	})
	g := r.spawnLater(func() {
		defer func() { deferred++ }()
		for {
			r.ex.Yield()
		}
	})
	r.force()
	wantEnd(t, h, ErrCanceled)
	wantEnd(t, g, ErrCanceled)
	if deferred != 2 {
		t.Errorf("%d deferred calls ran, want 2", deferred)
	}
	if _, ending, _ := Result(h); ending != Returned {
		t.Errorf("ending %v: a forced end is a cancel, not a Goexit of the program's", ending)
	}
}

// In the deferred calls of a forced task waits return ErrCanceled, for one budget. Then comes the next Goexit, which
// ends that deferred call, and those before it in the code run still.
func TestForceInDeferredCalls(t *testing.T) {
	r := newRig(t)
	order := ""
	waits := 0
	h := r.spawn(func() {
		defer func() { order += "first" }()
		defer func() {
			for {
				if err := r.ex.Yield(); err != ErrCanceled {
					t.Errorf("a wait in a deferred call: %v", err)
				}
				waits++
			}
		}()
		defer func() {
			if err := r.ex.Yield(); err != ErrCanceled {
				t.Errorf("a wait in a deferred call: %v", err)
			}
			order += "last "
		}()
		stop := false
		retryLoop(r, new(int), &stop)
	})
	r.force()
	wantEnd(t, h, ErrCanceled)
	if order != "last first" || waits != pollBudget-1 {
		t.Errorf("order %q, %d waits in the endless deferred call, want %d", order, waits, pollBudget-1)
	}
}

// Force reaches through nested coroutines and through the program's own iter.Pull.
func TestForceNested(t *testing.T) {
	r := newRig(t)
	order := ""
	stop := false
	h := r.spawn(func() {
		defer func() { order += "outer" }()
		Await(r.ex, Async(r.ex, func() (int, error) {
			defer func() { order += "inner " }()
			retryLoop(r, new(int), &stop)
			return 0, nil
		}))
		retryLoop(r, new(int), &stop)
	})
	r.force()
	wantEnd(t, h, ErrCanceled)
	if order != "inner outer" {
		t.Errorf("deferred calls ran in the order %q", order)
	}

	r = newRig(t)
	order = ""
	h = r.spawn(func() {
		defer func() { order += "task" }()
		next, pullStop := iter.Pull(func(yield func(int) bool) {
			defer func() { order += "sequence " }()
			retryLoop(r, new(int), &stop)
		})
		defer pullStop()
		next()
	})
	r.force()
	wantEnd(t, h, ErrCanceled)
	if order != "sequence task" {
		t.Errorf("deferred calls ran in the order %q", order)
	}
}

// A coroutine that is adopted during the force, by a deferred call of the forced task's future, ends too.
func TestForceEndsWhatIsAdopted(t *testing.T) {
	r := newRig(t)
	stop := false
	deferred := false
	h := SpawnFuture(r.ex, future.Race(Async(r.ex, func() (int, error) {
		defer func() { deferred = true }()
		retryLoop(r, new(int), &stop)
		return 0, nil
	})))
	r.run()
	r.force()
	wantEnd(t, h, ErrCanceled)
	if !deferred {
		t.Error("the adopted coroutine was not unwound")
	}
}

// A task that is still to be told of its cancel when the force comes is told, and ends.
func TestForceWithoutCancel(t *testing.T) {
	r := newRig(t)
	h := r.spawn(func() { Await[int](r.ex, &leaf{}) })
	g := SpawnFuture[int](r.ex, &leaf{})
	r.ex.Force()
	r.run()
	wantEnd(t, h, ErrCanceled)
	wantEnd(t, g, ErrCanceled)
}

// A Goexit of the program's own in a cancelled task stays one, and a panic in a forced task is reported.
func TestEndsOfTheProgramDuringForce(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	h := r.spawn(func() {
		Await[int](r.ex, &leaf{})
		runtime.Goexit()
	})
	stop := false
	g := r.spawn(func() {
		defer func() { panic("in a deferred call") }()
		retryLoop(r, new(int), &stop)
	})
	r.ex.CancelAll()
	r.ex.PollReady(1)
	wantEnd(t, h, ErrGoexit)
	inOwnGoroutine(t, func() { r.force() })
	if pe, ok := g.task.err().(*PanicError); !ok || !strings.Contains(pe.Error(), "in a deferred call") {
		t.Errorf("result: %v", g.task.err())
	}
	if len(r.panics) != 1 {
		t.Errorf("%d reports, want 1", len(r.panics))
	}
}
