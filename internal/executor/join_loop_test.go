package executor

import (
	"testing"

	"github.com/eddy-go/eddy/future"
)

// F37: who supervises starts a task again whenever it has ended. While the runtime shuts down each new one has ended at
// once: such a task burns turns, not the loop, and force ends it.
func TestJoinLoopEndsByForce(t *testing.T) {
	r := newRig(t)
	restarts, deferred := 0, false
	h := r.spawn(func() {
		defer func() { deferred = true }()
		for ; restarts < 100_000; restarts++ {
			Spawn(r.ex, func() (int, error) { return Await[int](r.ex, &leaf{}) }).Join()
		}
		t.Error("it had the loop")
	})
	r.ex.Refuse()
	r.ex.CancelAll()
	for range 3 {
		r.turn()
	}
	if h.Done() {
		t.Error("it has ended before the force")
	}
	r.ex.Force()
	r.run()
	wantEnd(t, h, ErrCanceled)
	if !deferred || restarts > 5*pollBudget {
		t.Errorf("%d restarts; the deferred call ran: %v", restarts, deferred)
	}
}

// F37: the same where the joined task is one that has ended long ago.
func TestJoinOfAnEndedTaskCostsBudget(t *testing.T) {
	r := newRig(t)
	ended := r.spawn(func() {})
	joins, stop := 0, false
	h := r.spawnLater(func() {
		for ; !stop && joins < 100_000; joins++ {
			ended.Join()
		}
	})
	for range 5 {
		before := joins
		r.ex.PollReady(1)
		if n := joins - before; n == 0 || n > pollBudget+1 || r.ex.Ready() != 0 || r.ex.Yielded() != 1 {
			t.Errorf("%d joins in a turn; %d ready, %d yielded", n, r.ex.Ready(), r.ex.Yielded())
		}
		r.ex.WakeYielded()
	}
	stop = true
	r.run()
	wantEnd(t, h, nil)
}

// The result of a task that has ended is there for all, also for a task that is cancelled or whose time is over, in a
// deferred call of a forced one, in a Poll, where nobody else may run in between, and where no task runs. Nothing of
// that is an interrupted wait.
func TestJoinOfAnEndedTaskReturnsItsResult(t *testing.T) {
	r := newRig(t)
	ended := Spawn(r.ex, func() (int, error) { return 7, nil })
	r.run()
	want := func(where string) {
		t.Helper()
		if v, err := ended.Join(); v != 7 || err != nil {
			t.Errorf("%s: %v, %v", where, v, err)
		}
	}
	for range pollBudget + 2 {
		want("with no task running")
	}
	r.spawn(func() {
		r.ex.WithTimeout(0, func() error { want("in an expired WithTimeout"); return nil })
		others := 0
		SpawnPlain(r.ex, func() { others++ })
		Await(r.ex, future.Func(func(*future.Context) (int, error) {
			for range pollBudget + 2 {
				want("in a Poll")
			}
			if others > 0 {
				t.Error("another task ran during a Poll")
			}
			return 0, nil
		}))
	})
	if n := r.ex.counts.Timeouts; n != 0 {
		t.Errorf("%d timeouts counted", n)
	}
	canceled := r.spawn(func() {
		Await[int](r.ex, &leaf{})
		want("in a cancelled task")
	})
	canceled.Cancel()
	r.run()
	wantEnd(t, canceled, nil)
	stop := false
	forced := r.spawn(func() {
		defer want("in a deferred call of a forced task")
		retryLoop(r, new(int), &stop)
	})
	r.force()
	wantEnd(t, forced, ErrCanceled)
}
