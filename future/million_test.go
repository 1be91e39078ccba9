package future_test

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// twice is pending at first, and final at its second poll.
type twice struct {
	future.NoCancel
	polls int
	waker future.LocalWaker
}

func (f *twice) Poll(cx *future.Context) (int, error) {
	if f.polls++; f.polls == 1 {
		f.waker = cx.LocalWaker()
		return 0, future.Pending
	}
	return f.polls, nil
}

func many(n int) ([]twice, []future.Future[int]) {
	children, fs := make([]twice, n), make([]future.Future[int], n)
	for i := range fs {
		fs[i] = &children[i]
	}
	return children, fs
}

// F24: a join of a million futures, each woken and its wake served one by one, polls each of them twice.
func TestJoinOfAMillionPollsEachTwice(t *testing.T) {
	const n = 1_000_000
	children, fs := many(n)
	task := eddytest.NewTask(t, future.JoinAll(fs...))
	wantPending(t, task)
	for i := range children {
		children[i].waker.Wake()
		if _, err := task.Poll(); (err == nil) != (i == n-1) {
			t.Fatalf("after %d wakes: %v", i+1, err)
		}
	}
	for i := range children {
		if children[i].polls != 2 {
			t.Fatalf("future %d was polled %d times", i, children[i].polls)
		}
	}
}

// The cost of a wake and its poll does not grow with the number of children.
func BenchmarkJoinAllOfAMillion(b *testing.B) {
	const n = 1_000_000
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		children, fs := many(n)
		b.StartTimer()
		task := eddytest.NewTask(nil, future.JoinAll(fs...))
		task.Poll()
		for i := range children {
			children[i].waker.Wake()
			task.Poll()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/child")
}
