package future_test

import (
	"slices"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
)

// The waker of the latest Poll is the one that counts, though the child was not polled again and holds what it was
// given in the first Poll.
func TestWakesGoToTheLatestWaker(t *testing.T) {
	for _, outside := range []bool{false, true} {
		for _, k := range groups {
			t.Run(k.name, func(t *testing.T) {
				ls, fs := leaves(k.n)
				ls[1].outside = outside
				f := k.make(fs)
				first, second := eddytest.NewTask(t, f), eddytest.NewTask(t, f)
				wantPending(t, first)
				wantPending(t, second)
				wakeAll(ls[1])
				if first.Woken() || !second.Woken() {
					t.Errorf("outside %v: first task woken %v, second %v; want the second", outside, first.Woken(), second.Woken())
				}
				second.Cancel()
				first.Cancel()
			})
		}
	}
}

// Wrappers hand the waker of each Poll down to their future.
func TestWrappersPassTheWakerOn(t *testing.T) {
	forEach(t, slices.Clone(wrappers), func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		wantPending(t, task)
		ls[0].local.Wake()
		if task.Wakes() != 1 {
			t.Error("not woken")
		}
		wantPending(t, task)
		wantCounts(t, ls, []int{2}, []int{0})
	})
}
