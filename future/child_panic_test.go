package future_test

import (
	"slices"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// F21: a panic in a child's Poll reaches the caller as it is. Cancel then reaches the other children, and the one that
// panicked too, which may hold futures of its own.
func TestCancelAfterAPanicInAChild(t *testing.T) {
	forEach(t, slices.Concat(groups, wrappers), func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		last := ls[k.n-1]
		last.during = func(*future.Context) { panic("child") }
		if v := wantPanic(t, func() { task.Poll() }); v != "child" {
			t.Errorf("panic %v", v)
		}
		task.Cancel()
		wantCounts(t, ls, each(k.n, 1), each(k.n, 1))
	})
}

// Children behind the one that panicked in the first Poll are inert still.
func TestAPanicInTheFirstChildLeavesTheRestAlone(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].during = func(*future.Context) { panic("child") }
		wantPanic(t, func() { task.Poll() })
		task.Cancel()
		only := each(k.n, 0)
		only[0] = 1
		wantCounts(t, ls, only, only)
	})
}

// A group that a panic has left half polled says so, rather than to wait for ever.
func TestPollAfterAPanicPanics(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].during = func(*future.Context) { panic("child") }
		wantPanic(t, func() { task.Poll() })
		ls[0].during = nil
		want := "future: " + k.name + " polled from inside its own Poll, or after one of its futures panicked"
		if v := wantPanic(t, func() { task.Poll() }); v != want {
			t.Errorf("panic %q; want %q", v, want)
		}
	})
}
