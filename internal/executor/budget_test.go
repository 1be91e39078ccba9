package executor

import (
	"testing"

	"github.com/eddy-go/eddy/future"
)

// F17: a task over always-ready futures gives the loop a turn after pollBudget operations, and goes on only after that
// turn.
func TestAlwaysReadyFuturesYield(t *testing.T) {
	r := newRig(t)
	done, stop := 0, false
	h := SpawnPlain(r.ex, func() {
		for !stop {
			Await[struct{}](r.ex, spender{})
			done++
		}
	})
	for turn := 1; turn <= 3; turn++ {
		r.ex.PollReady(1000) // nothing else is ready: it must come back all the same
		if done != turn*pollBudget {
			t.Errorf("%d operations after %d turns, want %d", done, turn, turn*pollBudget)
		}
		if r.ex.Ready() != 0 || r.ex.Yielded() != 1 {
			t.Errorf("%d ready and %d yielded, want 0 and 1", r.ex.Ready(), r.ex.Yielded())
		}
		r.ex.WakeYielded()
		if r.ex.Ready() != 1 || r.ex.Yielded() != 0 {
			t.Errorf("after WakeYielded: %d ready and %d yielded, want 1 and 0", r.ex.Ready(), r.ex.Yielded())
		}
	}
	stop = true
	r.run()
	wantEnd(t, h, nil)
}

// Straight-line code that works without a future spends the same budget.
func TestSpend(t *testing.T) {
	r := newRig(t)
	done := 0
	h := SpawnPlain(r.ex, func() {
		c := r.ex.Current("Test")
		for c.Spend() == nil {
			done++
		}
	})
	r.ex.PollReady(1)
	if done != pollBudget {
		t.Errorf("%d operations, want %d", done, pollBudget)
	}
	r.turn()
	r.ex.PollReady(1)
	h.Cancel()
	r.run()
	wantEnd(t, h, nil)
	if done <= 2*pollBudget {
		t.Errorf("%d operations, want more than %d", done, 2*pollBudget)
	}
}

// Each task has a budget of its own, and a yield comes behind whoever is ready.
func TestYield(t *testing.T) {
	r := newRig(t)
	order := ""
	for _, name := range []string{"a", "b"} {
		SpawnPlain(r.ex, func() {
			order += name
			if err := r.ex.Yield(); err != nil {
				t.Error(err)
			}
			order += name
		})
	}
	r.ex.PollReady(10)
	order += "|"
	r.run()
	if order != "ab|ab" {
		t.Errorf("order %s, want ab|ab", order)
	}
}

// A wake of somebody who has yielded and ended does nothing.
func TestYieldedTaskEnds(t *testing.T) {
	r := newRig(t)
	l := &leaf{onPoll: func(cx *future.Context) { cx.Yield() }}
	h := SpawnFuture[int](r.ex, l)
	r.ex.PollReady(1)
	h.Cancel()
	r.ex.PollReady(1)
	r.ex.WakeYielded()
	if r.ex.Ready() != 0 || l.polls != 1 {
		t.Errorf("%d ready, %d polls", r.ex.Ready(), l.polls)
	}
}
