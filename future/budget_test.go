package future_test

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// spender is ready at once if there is budget.
type spender struct {
	future.NoCancel
	polls int
}

func (s *spender) Poll(cx *future.Context) (int, error) {
	s.polls++
	if !cx.Spend() {
		return 0, future.Pending
	}
	return 1, nil
}

// F24: a join of more operations than the budget allows does not poll those that would find no budget. Else each would
// be polled once a turn.
func TestJoinStopsWhenTheBudgetIsSpent(t *testing.T) {
	const n, budget = 1000, 7
	spenders, fs := make([]spender, n), make([]future.Future[int], n)
	for i := range fs {
		fs[i] = &spenders[i]
	}
	task := eddytest.NewTask(t, future.JoinAll(fs...))
	task.Budget = budget
	turns := 1
	for _, err := task.Poll(); err == future.Pending; _, err = task.Poll() {
		if turns++; !task.Woken() {
			t.Fatal("pending, and not woken")
		}
		if turns > n {
			t.Fatal("no progress")
		}
	}
	if want := (n + budget - 1) / budget; turns != want {
		t.Errorf("%d polls of the join; want %d", turns, want)
	}
	for i := range spenders {
		if spenders[i].polls != 1 {
			t.Fatalf("operation %d was polled %d times", i, spenders[i].polls)
		}
	}
}

// F17: those that were left when the budget was spent come first in the next Poll, so that a child which spends all of
// it each time starves nobody.
func TestJoinPollsTheRestFirst(t *testing.T) {
	busy := future.Func(func(cx *future.Context) (int, error) {
		for cx.Spend() {
		}
		return 0, future.Pending
	})
	ls, fs := leaves(2)
	task := eddytest.NewTask(t, future.Join3(busy, fs[0], fs[1]))
	wantPending(t, task)
	wantCounts(t, ls, []int{0, 0}, []int{0, 0})
	wantPending(t, task)
	wantCounts(t, ls, []int{1, 1}, []int{0, 0})
	for i := range 3 {
		ls[1].local.Wake()
		wantPending(t, task)
		wantPending(t, task)
		if ls[1].polls != 2+i {
			t.Errorf("%d polls after %d wakes", ls[1].polls, i+1)
		}
	}
}

// A join makes progress even where no budget is left for it: one child a Poll.
func TestJoinWithoutBudgetPollsOneChild(t *testing.T) {
	task := eddytest.NewTask(t, future.Join2(future.Ready(1), future.Ready(2)))
	task.Budget = 0
	wantPending(t, task)
	if !task.Woken() {
		t.Error("not woken")
	}
	wantValue(t, task, future.Joined2[int, int]{First: 1, Second: 2})
}

// F17: a race polls all that were woken, budget or not: a timer behind an always-ready future needs none.
func TestRaceGoesOnWithoutBudget(t *testing.T) {
	forEach(t, groups[3:], func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].during = func(cx *future.Context) {
			for cx.Spend() {
			}
		}
		wantPending(t, task)
		wantCounts(t, ls, each(k.n, 1), each(k.n, 0))
		ls[1].finish(1)
		wantValue(t, task, struct{}{})
		if ls[0].polls != 2 {
			t.Error("the busy one was not woken, or not polled first")
		}
	})
}
