package future_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// Children are polled in order the first time.
func TestGroupPollsInOrderTheFirstTime(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		var order, want []int
		for i, l := range ls {
			l.trace = func(string, *leaf) { order = append(order, i) }
			want = append(want, i)
		}
		wantPending(t, task)
		if !slices.Equal(order, want) {
			t.Errorf("polled %v", order)
		}
	})
}

// A group that was never polled is inert.
func TestGroupIsInertBeforeItsFirstPoll(t *testing.T) {
	forEach(t, slices.Concat(groups, wrappers), func(t *testing.T, k kind, ls []*leaf, _ *eddytest.Task[struct{}]) {
		fs := make([]future.Future[int], k.n)
		for i := range fs {
			fs[i] = ls[i]
		}
		k.make(fs).Cancel()
		wantCounts(t, ls, each(k.n, 0), each(k.n, 0))
	})
}

// F24: a wake leads to a poll of the child that was woken, and of no other.
func TestGroupPollsOnlyTheChildThatWasWoken(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		polls := each(k.n, 1)
		wantPending(t, task)
		wantCounts(t, ls, polls, each(k.n, 0))
		for i := k.n - 1; i >= 0; i-- {
			ls[i].local.Wake()
			if task.Wakes() != 1 {
				t.Errorf("a wake of child %d was passed on %d times", i, task.Wakes())
			}
			wantPending(t, task)
			polls[i]++
			wantCounts(t, ls, polls, each(k.n, 0))
		}
	})
}

// A Poll that no child has asked for polls none.
func TestGroupPolledWithoutAWakePollsNobody(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		wantPending(t, task)
		wantPending(t, task)
		wantCounts(t, ls, each(k.n, 1), each(k.n, 0))
	})
}

// Many wakes of one child before the next Poll: one wake of the parent, one poll. Local and foreign ones are one more
// each at most, since neither list sees the other.
func TestGroupMergesWakesOfOneChild(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[1].outside = true
		wantPending(t, task)
		for range 3 {
			ls[0].local.Wake()
		}
		if task.Wakes() != 1 {
			t.Errorf("3 local wakes: the parent was woken %d times", task.Wakes())
		}
		for range 3 {
			ls[1].waker.Wake()
		}
		if task.Wakes() != 2 {
			t.Errorf("3 foreign wakes: the parent was woken %d times more", task.Wakes()-1)
		}
		ls[1].waker.Local().Wake() // the same child by both ways: still one poll
		wantPending(t, task)
		polls := each(k.n, 1)
		polls[0], polls[1] = 2, 2
		wantCounts(t, ls, polls, each(k.n, 0))
		if task.Woken() {
			t.Error("woken again though nothing has happened")
		}
	})
}

// Wakes of several children wake the parent once.
func TestGroupMergesWakesOfSeveralChildren(t *testing.T) {
	for _, outside := range []bool{false, true} {
		forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
			for _, l := range ls {
				l.outside = outside
			}
			wantPending(t, task)
			for _, l := range ls {
				l.local.Wake()
				l.waker.Wake()
			}
			if task.Wakes() != 1 {
				t.Errorf("outside %v: the parent was woken %d times", outside, task.Wakes())
			}
			wantPending(t, task)
			wantCounts(t, ls, each(k.n, 2), each(k.n, 0))
			wakeAll(ls[0]) // the others are not woken along with it, though they stood behind it before
			wantPending(t, task)
			polls := each(k.n, 2)
			polls[0] = 3
			wantCounts(t, ls, polls, each(k.n, 0))
		})
	}
}

// A Join polls children in the order of their wakes.
func TestJoinPollsInTheOrderOfWakes(t *testing.T) {
	for _, outside := range []bool{false, true} {
		var order []int
		ls, fs := leaves(4)
		for i, l := range ls {
			l.outside = outside
			l.trace = func(string, *leaf) { order = append(order, i) }
		}
		task := eddytest.NewTask(t, future.JoinAll(fs...))
		wantPending(t, task)
		order = nil
		for _, i := range []int{2, 0, 2, 3} { // 2 twice: it keeps its place
			ls[i].local.Wake()
			ls[i].waker.Wake()
		}
		wantPending(t, task)
		if !slices.Equal(order, []int{2, 0, 3}) {
			t.Errorf("outside %v: polled in the order %v", outside, order)
		}
		task.Cancel()
	}
}

func join(s []string) string { return strings.Join(s, " ") }
