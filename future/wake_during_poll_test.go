package future_test

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// F5, F28: a wake that comes while the child is being polled is not lost. It leads to another poll of the child, in
// another Poll of the group: nothing is polled from inside a wake, and a child that wakes itself does not keep the
// group's Poll from returning.
func TestWakeWhileTheChildIsBeingPolled(t *testing.T) {
	for _, how := range []string{"local", "foreign"} {
		t.Run(how, func(t *testing.T) {
			forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
				last := ls[k.n-1]
				last.during = func(cx *future.Context) {
					if how == "local" {
						cx.LocalWaker().Wake()
					} else {
						cx.Waker().Wake()
					}
				}
				for i := 1; i <= 3; i++ {
					wantPending(t, task)
					if last.polls != i || task.Wakes() != 1 {
						t.Fatalf("%d polls of the child, %d wakes; want %d, 1", last.polls, task.Wakes(), i)
					}
				}
				last.during = nil
				wantPending(t, task)
				if task.Woken() {
					t.Error("woken though nobody asked")
				}
			})
		})
	}
}

// A child that was polled in this Poll and is woken by a later one is polled again in the next Poll.
func TestWakeOfAnEarlierChildDuringThePoll(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[1].during = func(*future.Context) { ls[0].local.Wake() }
		wantPending(t, task)
		if ls[0].polls != 1 || task.Wakes() != 1 {
			t.Fatalf("%d polls, %d wakes; want 1, 1", ls[0].polls, task.Wakes())
		}
		wantPending(t, task)
		if ls[0].polls != 2 || ls[1].polls != 1 {
			t.Errorf("polls %d, %d; want 2, 1", ls[0].polls, ls[1].polls)
		}
	})
}

// A child that is about to be polled in this Poll needs no further poll when it is woken meanwhile.
func TestWakeOfALaterChildDuringThePoll(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		wantPending(t, task)
		ls[0].during = func(*future.Context) { ls[1].local.Wake() }
		ls[0].local.Wake()
		ls[1].local.Wake()
		wantPending(t, task)
		if ls[1].polls != 2 || task.Woken() {
			t.Errorf("%d polls, woken: %v; want 2, false", ls[1].polls, task.Woken())
		}
	})
}
