package executor

import (
	"context"
	"errors"
	"testing"

	"github.com/eddy-go/eddy/future"
)

func TestErrCanceledIsContextCanceled(t *testing.T) {
	if !errors.Is(ErrCanceled, context.Canceled) {
		t.Error("ErrCanceled does not wrap context.Canceled")
	}
}

// Code that is cancelled before its first poll is started still, so that its deferred calls run; its waits fail.
func TestCancelTaskBeforeFirstPoll(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	deferred := false
	h := Spawn(r.ex, func() (int, error) {
		defer func() { deferred = true }()
		return Await[int](r.ex, l)
	})
	h.Cancel()
	h.Cancel()
	r.run()
	wantEnd(t, h, ErrCanceled)
	if !deferred || l.polls != 0 || l.cancels != 0 {
		t.Errorf("deferred calls ran: %v; %d polls and %d cancels of what it never polled", deferred, l.polls, l.cancels)
	}
}

// A future that is cancelled before its first poll holds nothing, and is dropped.
func TestCancelFutureTask(t *testing.T) {
	r := newRig(t)
	fresh, waiting := &leaf{}, &leaf{}
	h := SpawnFuture[int](r.ex, waiting)
	r.run()
	g := SpawnFuture[int](r.ex, fresh)
	h.Cancel()
	g.Cancel()
	r.run()
	wantEnd(t, h, ErrCanceled)
	wantEnd(t, g, ErrCanceled)
	if fresh.polls != 0 || fresh.cancels != 0 {
		t.Errorf("the fresh one: %d polls, %d cancels; want none", fresh.polls, fresh.cancels)
	}
	if waiting.polls != 1 || waiting.cancels != 1 {
		t.Errorf("the waiting one: %d polls, %d cancels; want 1 and 1", waiting.polls, waiting.cancels)
	}
}

// A parked task abandons what it waits for: that is cancelled once, and not polled again.
func TestCancelParkedTask(t *testing.T) {
	for _, ready := range []bool{false, true} {
		r := newRig(t)
		l := &leaf{}
		var errs []error
		h := r.spawn(func() {
			for range 3 {
				_, err := Await[int](r.ex, l)
				errs = append(errs, err)
			}
		})
		if ready {
			l.waker.Wake()
		}
		h.Cancel()
		h.Cancel()
		if len(errs) != 0 {
			t.Error("Cancel has entered the task")
		}
		r.run()
		wantEnd(t, h, nil)
		if l.polls != 1 || l.cancels != 1 {
			t.Errorf("%d polls and %d cancels, want 1 and 1", l.polls, l.cancels)
		}
		for _, err := range errs {
			if err != ErrCanceled {
				t.Errorf("a wait returned %v", err)
			}
		}
		h.Cancel() // after the end
		if r.run(); r.ex.Ready() != 0 || h.task.err() != nil {
			t.Error("Cancel after the end has done something")
		}
	}
}

// A task that cancels itself, or is cancelled while it runs, sees it at its very next wait, even if that is ready.
func TestCancelRunningTask(t *testing.T) {
	r := newRig(t)
	var h *JoinHandle[struct{}]
	h = r.spawnLater(func() {
		ctx := r.ex.Context(start)
		h.Cancel()
		if ctx.Err() == nil {
			t.Error("the context is not cancelled")
		}
		if _, err := Await(r.ex, future.Ready(1)); err != ErrCanceled {
			t.Errorf("a ready wait returned %v", err)
		}
		if err := r.ex.Yield(); err != ErrCanceled {
			t.Errorf("Yield returned %v", err)
		}
		if err := r.ex.Current("Test").Spend(); err != ErrCanceled {
			t.Errorf("Spend returned %v", err)
		}
	})
	r.run()
	wantEnd(t, h, nil)

	// A future that cancels its own task from its Poll is cancelled after that Poll.
	var g *JoinHandle[int]
	l := &leaf{}
	l.onPoll = func(*future.Context) {
		g.Cancel()
		if l.cancels != 0 {
			t.Error("cancelled during its Poll")
		}
	}
	g = SpawnFuture[int](r.ex, l)
	r.run()
	wantEnd(t, g, ErrCanceled)
	if l.cancels != 1 || l.polls != 1 {
		t.Errorf("%d polls, %d cancels; want 1 and 1", l.polls, l.cancels)
	}
	l2 := &leaf{ready: true}
	l2.onPoll = func(*future.Context) { g.Cancel() }
	g = SpawnFuture[int](r.ex, l2)
	r.run()
	wantEnd(t, g, nil)
	if l2.cancels != 0 {
		t.Error("a final future was cancelled")
	}
}

// spawnLater spawns without running.
func (r *rig) spawnLater(fn func()) *JoinHandle[struct{}] { return SpawnPlain(r.ex, fn) }

// A cancel that comes while a task yields is what the yield returns.
func TestCancelYieldingTask(t *testing.T) {
	r := newRig(t)
	for _, yield := range []func() error{
		r.ex.Yield,
		func() error {
			r.ex.env.Budget = 0
			return r.ex.Current("Test").Spend()
		},
	} {
		h := Spawn(r.ex, func() (int, error) { return 0, yield() })
		r.ex.PollReady(1)
		h.Cancel()
		r.run()
		wantEnd(t, h, ErrCanceled)
	}
}

// Waits in deferred calls of a cancelled task return ErrCanceled too, and other errors stay what they are.
func TestWaitsInDeferredCalls(t *testing.T) {
	r := newRig(t)
	var deferred error
	h := Spawn(r.ex, func() (int, error) {
		defer func() { deferred = r.ex.Yield() }()
		_, err := Await[int](r.ex, &leaf{})
		return 0, errors.Join(errors.New("read"), err)
	})
	r.run()
	h.Cancel()
	r.run()
	wantEnd(t, h, ErrCanceled)
	if deferred != ErrCanceled {
		t.Errorf("the deferred wait returned %v", deferred)
	}
	h = Spawn(r.ex, func() (int, error) {
		Await[int](r.ex, &leaf{})
		return 9, nil // a cancelled task may still succeed
	})
	r.run()
	h.Cancel()
	r.run()
	wantEnd(t, h, nil)
	if h.value != 9 {
		t.Errorf("value %d, want 9", h.value)
	}
}

// A cancel reaches down through nested coroutines: each unwinds, the innermost first, inside one poll.
func TestCancelUnwindsNestedCoroutines(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	order := ""
	h := r.spawn(func() {
		defer func() { order += "outer" }()
		Await(r.ex, Async(r.ex, func() (int, error) {
			defer func() { order += "middle " }()
			return Await(r.ex, future.Race(Async(r.ex, func() (int, error) {
				defer func() { order += "inner " }()
				return Await[int](r.ex, l)
			})))
		}))
	})
	h.Cancel()
	r.ex.PollReady(1)
	wantEnd(t, h, nil)
	if order != "inner middle outer" || l.cancels != 1 {
		t.Errorf("order %q, %d cancels", order, l.cancels)
	}
}
