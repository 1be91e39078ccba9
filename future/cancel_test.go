package future_test

import (
	"slices"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// F25: Cancel reaches each child that was polled and is not final, once, however often it is called.
func TestCancelReachesEachPendingChildOnce(t *testing.T) {
	forEach(t, slices.Concat(groups, wrappers), func(t *testing.T, k kind, ls []*leaf, _ *eddytest.Task[struct{}]) {
		fs := make([]future.Future[int], k.n)
		for i := range fs {
			fs[i] = ls[i]
		}
		f := k.make(fs)
		wantPending(t, eddytest.NewTask(nil, f))
		f.Cancel()
		f.Cancel()
		wantCounts(t, ls, each(k.n, 1), each(k.n, 1))
	})
}

// A child of a Join that is final already is not cancelled.
func TestCancelSparesFinishedChildren(t *testing.T) {
	forEach(t, groups[:3], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].done = true
		wantPending(t, task)
		task.Cancel()
		cancels := each(k.n, 1)
		cancels[0] = 0
		wantCounts(t, ls, each(k.n, 1), cancels)
	})
}

// After the final result Cancel has nothing left to reach.
func TestCancelAfterTheEndDoesNothing(t *testing.T) {
	forEach(t, slices.Concat(groups, wrappers), func(t *testing.T, k kind, ls []*leaf, _ *eddytest.Task[struct{}]) {
		fs := make([]future.Future[int], k.n)
		for i := range fs {
			ls[i].done = true
			fs[i] = ls[i]
		}
		f := k.make(fs)
		wantValue(t, eddytest.NewTask(t, f), struct{}{})
		f.Cancel()
		wantCounts(t, ls[:1], []int{1}, []int{0})
	})
}

// Cancel is forwarded through every level.
func TestCancelReachesNestedFutures(t *testing.T) {
	ls, fs := leaves(4)
	inner := future.Race(fs[0], future.Map(fs[1], func(v int) (int, error) { return v, nil }))
	task := eddytest.NewTask(t, future.JoinAll(
		future.Then(inner, future.Ready[int]),
		future.Map(future.Select2(fs[2], fs[3]), func(s future.Selected2[int, int]) (int, error) { return s.First, nil }),
	))
	wantPending(t, task)
	task.Cancel()
	wantCounts(t, ls, each(4, 1), each(4, 1))
}

// A panic in one child's Cancel reaches the caller, after the others were cancelled.
func TestCancelGoesOnAfterAPanic(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, _ *eddytest.Task[struct{}]) {
		fs := make([]future.Future[int], k.n)
		for i := range fs {
			fs[i] = ls[i]
		}
		ls[0].trace = func(what string, _ *leaf) {
			if what == "cancel" {
				panic("cancel")
			}
		}
		f := k.make(fs)
		wantPending(t, eddytest.NewTask(nil, f))
		if v := wantPanic(t, f.Cancel); v != "cancel" {
			t.Errorf("panic %v", v)
		}
		f.Cancel()
		wantCounts(t, ls, each(k.n, 1), each(k.n, 1))
	})
}
