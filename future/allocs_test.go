package future_test

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// A wake of a child, by either way, and the Poll that serves it allocate nothing.
func TestRepollAllocatesNothing(t *testing.T) {
	forEach(t, groups, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		ls[0].outside = true
		wantPending(t, task)
		if n := testing.AllocsPerRun(100, func() {
			wakeAll(ls...)
			task.Poll()
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
	forEach(t, wrappers, func(t *testing.T, k kind, ls []*leaf, task *eddytest.Task[struct{}]) {
		wantPending(t, task)
		if n := testing.AllocsPerRun(100, func() { task.Poll() }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// Combinators of fixed size are one allocation, from making them to their result; the others are four, whatever their
// number of futures.
func TestAllocationsPerCombinator(t *testing.T) {
	env := future.Env{Clock: new(eddytest.Clock), Budget: eddytest.DefaultBudget}
	cx := future.NewContext(future.Waker{}, &env)
	one := &again{}
	var a future.Future[int] = one
	same := func(v int) (int, error) { return v, nil }
	next := func(int) future.Future[int] { return a }
	var waiting future.Future[int] = &leaf{}
	eight := []future.Future[int]{waiting, waiting, waiting, waiting, waiting, waiting, waiting, waiting}
	for _, c := range []struct {
		name string
		want float64
		run  func()
	}{
		{"Ready", 1, func() { future.Ready(1).Poll(&cx) }},
		{"Map", 1, func() { future.Map(a, same).Poll(&cx) }},
		{"Then", 1, func() { future.Then(a, next).Poll(&cx) }},
		{"Join2", 1, func() { future.Join2(a, a).Poll(&cx) }},
		{"Join3", 1, func() { future.Join3(a, a, a).Poll(&cx) }},
		{"Select2", 1, func() { future.Select2(a, a).Poll(&cx) }},
		{"Select3", 1, func() { future.Select3(a, a, a).Poll(&cx) }},
		{"JoinAll", 4, func() { future.JoinAll(eight...).Poll(&cx) }},
		{"Race", 4, func() { future.Race(eight...).Poll(&cx) }},
	} {
		if n := testing.AllocsPerRun(100, c.run); n != c.want {
			t.Errorf("%s: %v allocations; want %v", c.name, n, c.want)
		}
	}
}

// again is ready each time, so that it can be used without being made anew.
type again struct{ future.NoCancel }

func (*again) Poll(*future.Context) (int, error) { return 1, nil }
