package future_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

func TestReadyAndFail(t *testing.T) {
	wantValue(t, eddytest.NewTask(t, future.Ready("v")), "v")
	boom := errors.New("boom")
	wantError(t, eddytest.NewTask(t, future.Fail[int](boom)), boom)
}

// A failure that is, or wraps, Pending would never wake anybody.
func TestFailRefusesPending(t *testing.T) {
	wantPanic(t, func() { future.Fail[int](future.Pending) })
	wantPanic(t, func() { future.Fail[int](fmt.Errorf("wrapped: %w", future.Pending)) })
}

func TestFuncIsPolledUntilItIsFinal(t *testing.T) {
	calls := 0
	task := eddytest.NewTask(t, future.Func(func(cx *future.Context) (int, error) {
		if calls++; calls < 3 {
			cx.Yield()
			return 0, future.Pending
		}
		return calls, nil
	}))
	for range 2 {
		wantPending(t, task)
		if !task.Woken() {
			t.Error("the yield did not wake")
		}
	}
	wantValue(t, task, 3)
}
