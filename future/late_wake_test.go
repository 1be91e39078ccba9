package future_test

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// wakeAll uses every waker that a leaf has ever been given: its own way, and the other one.
func wakeAll(ls ...*leaf) {
	for _, l := range ls {
		l.local.Wake()
		l.waker.Wake()
		l.waker.Local().Wake()
	}
}

// A wake of a child that is final wakes nobody.
func TestWakeOfAFinishedChildIsIgnored(t *testing.T) {
	for _, outside := range []bool{false, true} {
		forEach(t, groups[:3], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
			ls[0].outside = outside
			wantPending(t, task)
			ls[0].finish(1)
			wantPending(t, task)
			wakeAll(ls[0])
			if task.Woken() {
				t.Error("the parent was woken")
			}
			wantPending(t, task)
			if ls[0].polls != 2 {
				t.Errorf("%d polls of a child that needed 2", ls[0].polls)
			}
		})
	}
}

// A child that was posted, and became final by another wake before the group took it in, is not polled again.
func TestPostedChildThatIsFinalByThenIsNotPolled(t *testing.T) {
	ls, fs := leaves(2)
	ls[0].outside = true
	task := eddytest.NewTask(t, future.Join2(fs[0], fs[1]))
	wantPending(t, task)
	ls[0].done = true
	ls[0].during = func(*future.Context) { ls[0].waker.Wake() } // posted while its last poll runs
	ls[0].waker.Local().Wake()
	wantPending(t, task)
	wantPending(t, task)
	wantCounts(t, ls, []int{2, 1}, []int{0, 0})
}

// F20: after the end, by a result or by Cancel, every wake does nothing.
func TestWakesAfterTheEndDoNothing(t *testing.T) {
	for _, outside := range []bool{false, true} {
		for _, cancel := range []bool{false, true} {
			for _, k := range groups {
				t.Run(k.name, func(t *testing.T) {
					ls, fs := leaves(k.n)
					for _, l := range ls {
						l.outside = outside
					}
					group := k.make(fs)
					// The parent outlives the group, so a wake that is passed on shows.
					over := false
					parent := eddytest.NewTask(t, future.Func(func(cx *future.Context) (int, error) {
						if !over {
							group.Poll(cx)
						}
						return 0, future.Pending
					}))
					wantPending(t, parent)
					if cancel {
						group.Cancel()
					} else {
						for _, l := range ls {
							l.finish(1)
						}
						wantPending(t, parent)
					}
					over = true
					wantPending(t, parent) // forgets the wakes so far
					wakeAll(ls...)
					if parent.Woken() {
						t.Errorf("outside %v, cancel %v: the parent was woken", outside, cancel)
					}
				})
			}
		}
	}
}
