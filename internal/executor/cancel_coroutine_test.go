package executor

import (
	"testing"

	"github.com/eddy-go/eddy/future"
)

// The loser of a Race unwinds inside the call that decides it.
func TestRaceLoserUnwinds(t *testing.T) {
	r := newRig(t)
	slow, quick := &leaf{}, &leaf{}
	unwound := false
	h := Spawn(r.ex, func() (int, error) {
		v, err := Await(r.ex, future.Race[int](quick, Async(r.ex, func() (int, error) {
			defer func() { unwound = true }()
			v, err := Await[int](r.ex, slow)
			if err != ErrCanceled {
				t.Errorf("the loser's wait: %v", err)
			}
			return v, err
		})))
		if !unwound || r.ex.Coroutines() != 1 {
			t.Errorf("unwound: %v, %d coroutines", unwound, r.ex.Coroutines())
		}
		return v, err
	})
	r.run()
	quick.finish()
	r.run()
	wantEnd(t, h, nil)
	if slow.cancels != 1 || r.ex.Counts().Spawns != 1 {
		t.Errorf("%d cancels, %d spawns; want 1 and 1", slow.cancels, r.ex.Counts().Spawns)
	}
}

// Whether a loser has ended when the Race returns does not depend on what the task has spent before.
func TestRaceLoserUnwindsWithoutBudget(t *testing.T) {
	r := newRig(t)
	deferred := 0
	h := r.spawn(func() {
		for range pollBudget {
			Await[struct{}](r.ex, spender{})
		}
		if left := r.ex.env.Budget; left != 0 {
			t.Errorf("budget %d: this test is void", left)
		}
		loser := Async(r.ex, func() (int, error) {
			defer func() { deferred++ }()
			return Await[int](r.ex, &leaf{})
		})
		Await(r.ex, future.Race(loser, future.Ready(1)))
		if deferred != 1 || r.ex.env.Budget != 0 {
			t.Errorf("%d deferred calls, budget %d; want 1 and 0", deferred, r.ex.env.Budget)
		}
	})
	wantEnd(t, h, nil)
	if n := r.ex.Counts().Spawns; n != 1 {
		t.Errorf("%d tasks, want 1: the loser was adopted", n)
	}
}

// stubborn waits on and on, and ignores what its waits return, for n waits.
func stubborn(r *rig, n int, after func()) func() (int, error) {
	return func() (int, error) {
		for range n {
			Await[int](r.ex, &leaf{})
		}
		after()
		return 1, nil
	}
}

// A loser that waits on is adopted: it becomes a task, runs to its end, and its result is dropped. F37: it burns turns,
// not the loop.
func TestAdoption(t *testing.T) {
	r := newRig(t)
	ended := false
	loser := Async(r.ex, stubborn(r, 3*pollBudget, func() { ended = true }))
	h := Spawn(r.ex, func() (int, error) {
		return Await(r.ex, future.Race(loser, future.Func(func(*future.Context) (int, error) { return 2, nil })))
	})
	r.ex.PollReady(1)
	wantEnd(t, h, nil)
	if h.value != 2 || ended {
		t.Errorf("value %d, the loser has ended: %v", h.value, ended)
	}
	if n := r.ex.Live(); n != 1 {
		t.Errorf("%d tasks, want the adopted one", n)
	}
	if info := r.ex.Tasks()[0]; info.Wait != "its next turn" || info.Name == "" {
		t.Errorf("%+v", info)
	}
	// Its old owner has nothing to say any more.
	loser.Cancel()
	mustPanic(t, func() { loser.Poll(nil) })
	if r.ex.Live() != 1 {
		t.Errorf("%d tasks: adopted twice", r.ex.Live())
	}
	polls := r.ex.Counts().Polls
	r.run()
	if !ended {
		t.Error("the adopted coroutine has not ended")
	}
	if n := r.ex.Counts().Polls - polls; n != 2 {
		t.Errorf("%d polls, want one for each budget", n)
	}
}

// A panic while being cancelled goes to OnPanic, whether inside the call or after an adoption, and replaces no result.
func TestPanicWhileCanceled(t *testing.T) {
	for _, waits := range []int{1, 2 * pollBudget} {
		r := newRig(t)
		r.panicsExpected = true
		h := Spawn(r.ex, func() (int, error) {
			return Await(r.ex, future.Race(Async(r.ex, stubborn(r, waits, func() { panic("late") })), future.Ready(2)))
		})
		r.run()
		wantEnd(t, h, nil)
		if h.value != 2 {
			t.Errorf("value %d, want the winner's", h.value)
		}
		if len(r.panics) != 1 || r.panics[0].panic.Value != "late" || r.ex.Counts().Panics != 1 {
			t.Errorf("reported: %+v", r.panics)
		}
	}
}

// A coroutine that is cancelled by code it runs itself goes on, with waits that fail, as a task of its own. Whoever
// polled it gets ErrCanceled.
func TestChildCancelsItsAncestor(t *testing.T) {
	r := newRig(t)
	var f future.Future[int]
	var inner, outer error
	childWaits, deferred := &leaf{}, false
	f = Async(r.ex, func() (int, error) {
		defer func() { deferred = true }()
		_, outer = Await(r.ex, Async(r.ex, func() (int, error) {
			f.Cancel()
			f.Cancel()
			_, inner = Await[int](r.ex, childWaits) // the child itself is not cancelled yet
			return 0, inner
		}))
		return 5, nil
	})
	h := Spawn(r.ex, func() (int, error) { return Await(r.ex, f) })
	r.ex.PollReady(1)
	wantEnd(t, h, ErrCanceled)
	if r.ex.Live() != 1 {
		t.Fatalf("%d tasks, want the adopted one", r.ex.Live())
	}
	r.run()
	if inner != ErrCanceled || outer != ErrCanceled || !deferred || childWaits.cancels != 1 {
		t.Errorf("the child saw %v, the ancestor %v; deferred: %v; %d cancels", inner, outer, deferred, childWaits.cancels)
	}
}

// The same for the root of a task: its handle ends, and the code ends by itself.
func TestTaskCancelsItsOwnFuture(t *testing.T) {
	r := newRig(t)
	var f future.Future[int]
	var err error
	f = Async(r.ex, func() (int, error) {
		f.Cancel()
		_, err = Await[int](r.ex, &leaf{})
		err = r.ex.Yield()
		return 5, nil
	})
	h := SpawnFuture(r.ex, f)
	r.run()
	wantEnd(t, h, nil) // it did not park: its result counts
	if err != ErrCanceled || h.value != 5 {
		t.Errorf("value %d, waits returned %v", h.value, err)
	}

	ended := false
	var g future.Future[int]
	g = Async(r.ex, func() (int, error) {
		g.Cancel()
		return stubborn(r, 2*pollBudget, func() { ended = true })()
	})
	h = SpawnFuture(r.ex, g)
	r.ex.PollReady(1)
	wantEnd(t, h, ErrCanceled)
	if infos := r.ex.Tasks(); len(infos) != 1 || infos[0].Name == "unknown function" {
		t.Errorf("%v", infos)
	}
	r.run()
	if !ended {
		t.Error("the adopted code has not ended")
	}
}
