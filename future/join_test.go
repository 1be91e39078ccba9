package future_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

func TestJoin2ReturnsBothValues(t *testing.T) {
	text := future.Func(func(*future.Context) (string, error) { return "one", nil })
	number := &leaf{}
	task := eddytest.NewTask(t, future.Join2(text, future.Future[int](number)))
	wantPending(t, task)
	number.finish(2)
	wantValue(t, task, future.Joined2[string, int]{First: "one", Second: 2})
}

func TestJoin3ReturnsAllValues(t *testing.T) {
	ls, fs := leaves(2)
	task := eddytest.NewTask(t, future.Join3(fs[0], future.Ready("two"), fs[1]))
	wantPending(t, task)
	ls[1].finish(3)
	wantPending(t, task)
	ls[0].finish(1)
	wantValue(t, task, future.Joined3[int, string, int]{First: 1, Second: "two", Third: 3})
	wantCounts(t, ls, []int{2, 2}, []int{0, 0})
}

func TestJoinAllKeepsTheOrderOfItsArguments(t *testing.T) {
	ls, fs := leaves(3)
	task := eddytest.NewTask(t, future.JoinAll(fs...))
	wantPending(t, task)
	for _, i := range []int{1, 2, 0} {
		ls[i].finish(10 + i)
	}
	v, err := task.Poll()
	if err != nil || !slices.Equal(v, []int{10, 11, 12}) {
		t.Fatalf("Poll = %v, %v", v, err)
	}
}

func TestJoinAllOfNothingIsEmpty(t *testing.T) {
	v, err := eddytest.NewTask(t, future.JoinAll[int]()).Poll()
	if err != nil || v == nil || len(v) != 0 {
		t.Fatalf("Poll = %#v, %v; want an empty slice", v, err)
	}
}

func TestJoinAllDoesNotKeepItsArguments(t *testing.T) {
	_, fs := leaves(1)
	all := future.JoinAll(fs...)
	fs[0] = future.Ready(1)
	wantPending(t, eddytest.NewTask(t, all))
}

// The first error is the result at once, and cancels the others, each once.
func TestJoinEndsWithTheFirstError(t *testing.T) {
	forEach(t, groups[:3], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		boom := errors.New("boom")
		wantPending(t, task)
		ls[1].fail(boom)
		wantError(t, task, boom)
		polls, cancels := each(k.n, 1), each(k.n, 1)
		polls[1], cancels[1] = 2, 0
		wantCounts(t, ls, polls, cancels)
	})
}

// A child that has succeeded before another fails is not cancelled.
func TestJoinErrorDoesNotCancelFinishedChildren(t *testing.T) {
	forEach(t, groups[:3], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		boom := errors.New("boom")
		ls[0].done = true
		wantPending(t, task)
		ls[1].fail(boom)
		wantError(t, task, boom)
		if ls[0].cancels != 0 {
			t.Error("a finished future was cancelled")
		}
	})
}

// A child that was never polled is inert: it is neither polled nor cancelled after an earlier one has failed.
func TestJoinErrorInTheFirstPollLeavesTheRestAlone(t *testing.T) {
	forEach(t, groups[:3], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		boom := errors.New("boom")
		ls[0].fail(boom)
		wantError(t, task, boom)
		polls := each(k.n, 0)
		polls[0] = 1
		wantCounts(t, ls, polls, each(k.n, 0))
	})
}
