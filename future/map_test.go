package future_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

func TestMapAppliesTheFunctionOnce(t *testing.T) {
	calls := 0
	l := &leaf{}
	task := eddytest.NewTask(t, future.Map(future.Future[int](l), func(v int) (string, error) {
		calls++
		return strconv.Itoa(v), nil
	}))
	wantPending(t, task)
	l.finish(5)
	wantValue(t, task, "5")
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestMapErrors(t *testing.T) {
	boom := errors.New("boom")
	failing := future.Map(future.Fail[int](boom), func(int) (int, error) {
		t.Error("called though there is no value")
		return 0, nil
	})
	wantError(t, eddytest.NewTask(t, failing), boom)
	wantError(t, eddytest.NewTask(t, future.Map(future.Ready(1), func(int) (int, error) { return 0, boom })), boom)
}

// Pending from the function would be a wait that nothing ends.
func TestMapFunctionCannotWait(t *testing.T) {
	task := eddytest.NewTask(t, future.Map(future.Ready(1), func(int) (int, error) { return 0, future.Pending }))
	wantPanic(t, func() { task.Poll() })
}

// A panic in the function comes after the future's end: there is nothing left to cancel.
func TestMapFunctionPanics(t *testing.T) {
	l := &leaf{done: true}
	task := eddytest.NewTask(t, future.Map(future.Future[int](l), func(int) (int, error) { panic("fn") }))
	wantPanic(t, func() { task.Poll() })
	task.Cancel()
	wantCounts(t, []*leaf{l}, []int{1}, []int{0})
}
