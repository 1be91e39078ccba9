package future_test

import (
	"errors"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// The second future is polled in the Poll in which the first has ended: nobody else would wake it.
func TestThenGoesOnInTheSamePoll(t *testing.T) {
	ls, fs := leaves(2)
	task := eddytest.NewTask(t, future.Then(fs[0], func(v int) future.Future[int] {
		if v != 4 {
			t.Errorf("got %d", v)
		}
		return fs[1]
	}))
	wantPending(t, task)
	wantCounts(t, ls, []int{1, 0}, []int{0, 0})
	ls[0].finish(4)
	wantPending(t, task)
	wantCounts(t, ls, []int{2, 1}, []int{0, 0})
	ls[1].finish(5)
	wantValue(t, task, 5)
	wantCounts(t, ls, []int{2, 2}, []int{0, 0})
}

func TestThenErrors(t *testing.T) {
	boom := errors.New("boom")
	first := future.Then(future.Fail[int](boom), func(int) future.Future[int] {
		t.Error("called though there is no value")
		return nil
	})
	wantError(t, eddytest.NewTask(t, first), boom)
	second := future.Then(future.Ready(1), func(int) future.Future[int] { return future.Fail[int](boom) })
	wantError(t, eddytest.NewTask(t, second), boom)
}

// Cancel reaches the future that runs, and not the one that is done.
func TestThenCancelsTheOneThatRuns(t *testing.T) {
	ls, fs := leaves(2)
	task := eddytest.NewTask(t, future.Then(fs[0], func(int) future.Future[int] { return fs[1] }))
	ls[0].done = true
	wantPending(t, task)
	task.Cancel()
	wantCounts(t, ls, []int{1, 1}, []int{0, 1})
}
