package future_test

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// The executor forgets Env.Outside before each poll of a task. A child that took its Waker and was not polled since
// still waits for it: the group says so in each of its polls, until that child is final or waits otherwise. Without
// this a runtime would take a task for deadlocked that another goroutine is about to wake.
func TestGroupRemembersWhoWaitsForTheOutside(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].outside = true
		wantPending(t, task)
		if !task.Outside() {
			t.Error("first Poll: not marked")
		}
		ls[1].local.Wake()
		wantPending(t, task)
		if ls[0].polls != 1 || !task.Outside() {
			t.Error("a Poll of another child: not marked")
		}
		wantPending(t, task)
		if !task.Outside() {
			t.Error("a Poll of no child: not marked")
		}
		ls[0].outside = false
		ls[0].waker.Wake()
		wantPending(t, task)
		if task.Outside() {
			t.Error("it waits on the loop now: still marked")
		}
	})
}

// A child that took a Waker and is final does not wait.
func TestGroupForgetsFinishedChildrenThatTookAWaker(t *testing.T) {
	forEach(t, groups[:3], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].outside = true
		wantPending(t, task)
		ls[0].during = func(cx *future.Context) { cx.Waker() }
		ls[0].finish(1)
		wantPending(t, task)
		if task.Outside() {
			t.Error("marked")
		}
	})
}

// What was marked before the group was polled stays marked, but is not the group's.
func TestGroupKeepsTheMarkOfItsNeighbours(t *testing.T) {
	for _, k := range groups {
		t.Run(k.name, func(t *testing.T) {
			_, fs := leaves(k.n)
			group := k.make(fs)
			neighbour := true
			task := eddytest.NewTask(t, future.Func(func(cx *future.Context) (struct{}, error) {
				if neighbour {
					cx.Waker()
				}
				return group.Poll(cx)
			}))
			wantPending(t, task)
			if !task.Outside() {
				t.Error("not marked")
			}
			neighbour = false
			wantPending(t, task)
			if task.Outside() {
				t.Error("the group took its neighbour's mark for its own")
			}
		})
	}
}

// Groups inside groups pass the mark on.
func TestNestedGroupsRemember(t *testing.T) {
	ls, fs := leaves(4)
	ls[0].outside = true
	task := eddytest.NewTask(t, future.Select2(future.JoinAll(fs[:2]...), future.Race(fs[2:]...)))
	wantPending(t, task)
	for _, i := range []int{1, 2, 3} {
		ls[i].local.Wake()
		wantPending(t, task)
		if !task.Outside() {
			t.Errorf("after a wake of %d: not marked", i)
		}
	}
	wantCounts(t, ls, []int{1, 2, 2, 2}, each(4, 0))
}
