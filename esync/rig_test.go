package esync_test

import (
	"errors"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// blockOn runs a test as a program's main task.
func blockOn(t *testing.T, test func(rt *eddy.Runtime)) {
	t.Helper()
	eddytest.Baseline(t)
	must(t, eddy.BlockOn(func(rt *eddy.Runtime) error { test(rt); return nil }))
}

// settle lets the other tasks run until all of them wait.
func settle(rt *eddy.Runtime) {
	for range 3 {
		_ = rt.Yield()
	}
}

// begin makes a task of a future and polls it, which must have to wait. A budget may be given.
func begin[T any](t *testing.T, f future.Future[T], budget ...int) *eddytest.Task[T] {
	t.Helper()
	task := eddytest.NewTask(t, f)
	for _, task.Budget = range budget {
	}
	wantPending(t, task)
	return task
}

func wantPending[T any](t *testing.T, tasks ...*eddytest.Task[T]) {
	t.Helper()
	for _, task := range tasks {
		if v, err := task.Poll(); err != future.Pending {
			t.Fatalf("Poll = %v, %v; want Pending", v, err)
		}
		if task.Outside() {
			t.Error("the wait took a Waker: no deadlock would be reported")
		}
	}
}

// wantValue wants a task that was woken, and its value.
func wantValue[T comparable](t *testing.T, task *eddytest.Task[T], want T) {
	t.Helper()
	if !task.Woken() {
		t.Error("not woken")
	}
	if v, err := task.Poll(); err != nil || v != want {
		t.Fatalf("Poll = %v, %v; want %v", v, err, want)
	}
}

// wantError wants a task that was woken, and its error.
func wantError[T any](t *testing.T, task *eddytest.Task[T], want error) {
	t.Helper()
	if !task.Woken() {
		t.Error("not woken")
	}
	if v, err := task.Poll(); !errors.Is(err, want) {
		t.Fatalf("Poll = %v, %v; want %v", v, err, want)
	}
}

// wantPanic runs fn and wants it to panic with a message.
func wantPanic(t *testing.T, want string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if v := recover(); v != want {
			t.Errorf("panic %v; want %q", v, want)
		}
	}()
	fn()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantEnd polls a future that need not wait.
func wantEnd[T any](t *testing.T, f future.Future[T]) {
	t.Helper()
	if _, err := eddytest.NewTask(t, f).Poll(); err != nil {
		t.Error(err)
	}
}
