package esync_test

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// F26: a Mutex that is held across a wait stops those who want it, and nobody else.
func TestMutexIsHeldAcrossWaits(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var mu esync.Mutex
		inside, others := 0, 0
		var tasks []*eddy.JoinHandle[struct{}]
		for range 5 {
			tasks = append(tasks, rt.Spawn(func() {
				must(t, mu.Lock(rt))
				defer mu.Unlock()
				if inside++; inside > 1 {
					t.Error("two tasks are inside")
				}
				_ = rt.Sleep(time.Microsecond)
				inside--
			}))
		}
		other := rt.Spawn(func() {
			for !tasks[4].Done() {
				others++
				_ = rt.Yield()
			}
		})
		for _, task := range append(tasks, other) {
			_, _ = task.Join()
		}
		if others < 5 {
			t.Errorf("the other task had %d turns", others)
		}
	})
}

// Who waits first is served first, and whoever unlocks cannot lock again before them.
func TestMutexServesInOrder(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var mu esync.Mutex
		must(t, mu.Lock(rt))
		var order []int
		for i := range 5 {
			rt.Spawn(func() {
				for range 2 {
					_ = mu.Lock(rt)
					order = append(order, i)
					mu.Unlock()
				}
			})
		}
		settle(rt)
		mu.Unlock()
		if mu.TryLock() {
			t.Error("overtaken by who has just unlocked")
		}
		must(t, mu.Lock(rt))
		if want := []int{0, 1, 2, 3, 4}; !slices.Equal(order, want) {
			t.Errorf("order %v; want %v", order, want)
		}
		mu.Unlock()
		settle(rt)
		if want := []int{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}; !slices.Equal(order, want) {
			t.Errorf("order %v; want %v", order, want)
		}
	})
}

// A Lock that waits fails in a cancelled task and in an expired WithTimeout, and then the lock is not taken; one that
// need not wait succeeds.
func TestMutexInACancelledTask(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var held, free esync.Mutex
		must(t, held.Lock(rt))
		var waited, again, uncontended error
		task := rt.Spawn(func() {
			waited = held.Lock(rt)
			again = held.Lock(rt)
			uncontended = free.Lock(rt)
		})
		settle(rt)
		task.Cancel()
		_, _ = task.Join()
		if !errors.Is(waited, eddy.ErrCanceled) || !errors.Is(again, eddy.ErrCanceled) || uncontended != nil {
			t.Errorf("%v, %v, %v", waited, again, uncontended)
		}
		late := rt.WithTimeout(time.Microsecond, func() error { return held.Lock(rt) })
		if !errors.Is(late, os.ErrDeadlineExceeded) {
			t.Errorf("in WithTimeout: %v", late)
		}
		held.Unlock()
		if !held.TryLock() || free.TryLock() {
			t.Error("a lock was lost, or taken twice")
		}
	})
}

// A task that is handed the lock and cancelled before it runs hands it on.
func TestMutexIsPassedOnByWhoIsCancelled(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var mu esync.Mutex
		must(t, mu.Lock(rt))
		var errs []error
		wait := func() *eddy.JoinHandle[struct{}] {
			return rt.Spawn(func() { errs = append(errs, mu.Lock(rt)) })
		}
		first, second := wait(), wait()
		settle(rt)
		mu.Unlock() // first has it now
		first.Cancel()
		_, _ = first.Join()
		_, _ = second.Join()
		if len(errs) != 2 || !errors.Is(errs[0], eddy.ErrCanceled) || errs[1] != nil {
			t.Errorf("%v", errs)
		}
		if mu.TryLock() {
			t.Error("the second does not have it")
		}
	})
}

// LockFuture takes the lock when it is done, and never twice.
func TestMutexFuture(t *testing.T) {
	var mu esync.Mutex
	if !mu.TryLock() {
		t.Fatal("the zero Mutex is locked")
	}
	first, second := begin(t, mu.LockFuture()), begin(t, mu.LockFuture())
	mu.Unlock()
	wantPending(t, second)
	wantValue(t, first, struct{}{})
	mu.Unlock()
	second.Cancel()
	if !mu.TryLock() {
		t.Error("still locked")
	}
	wantPanic(t, "future: Mutex.LockFuture polled after its final result", func() { _, _ = first.Poll() })
}

// Without budget a future that is ready takes nothing, and is polled again.
func TestReadyFuturesNeedBudget(t *testing.T) {
	var mu esync.Mutex
	var g esync.WaitGroup
	c := esync.NewChan[struct{}](1)
	full := esync.NewChan[struct{}](1)
	full.TrySend(struct{}{})
	for name, f := range map[string]eddy.Future[struct{}]{
		"lock": mu.LockFuture(), "wait": g.WaitFuture(), "send": c.SendFuture(struct{}{}), "receive": full.RecvFuture(),
	} {
		task := begin(t, f, 0)
		if !task.Woken() {
			t.Errorf("%s: not woken", name)
		}
		task.Budget = 1
		wantValue(t, task, struct{}{})
		if task.Spent() != 1 {
			t.Errorf("%s: spent %d", name, task.Spent())
		}
	}
}

func TestUnlockOfAnUnlockedMutex(t *testing.T) {
	var mu esync.Mutex
	want := "esync: Unlock of an unlocked Mutex"
	wantPanic(t, want, mu.Unlock)
	mu.TryLock()
	mu.Unlock()
	wantPanic(t, want, mu.Unlock)
}
