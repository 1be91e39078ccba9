package executor

import (
	"slices"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// A task stands in the ready queue at most once, however often it is woken.
func TestWakesAddUpToOnePoll(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	l.waker.Wake() // the zero waker: nobody yet
	h.task.WakeLocal(0)
	h.task.WakeLocal(0) // it stands in the queue since its spawn
	r.run()
	if l.polls != 1 {
		t.Errorf("%d polls after the spawn, want 1", l.polls)
	}
	w := future.NewWaker(&h.task, 0)
	for range 3 {
		l.waker.Wake()
		w.Wake()
	}
	if n := r.ex.Ready(); n != 1 {
		t.Errorf("%d entries in the queue, want 1", n)
	}
	r.ex.TakeIn()
	if n := r.ex.Ready(); n != 1 {
		t.Errorf("%d entries in the queue after the inbox, want 1", n)
	}
	r.run()
	if l.polls != 2 {
		t.Errorf("%d polls, want 2", l.polls)
	}
	l.finish()
	r.run()
	wantEnd(t, h, nil)
}

// A wake during the poll leads to another poll, once.
func TestWakeWhileRunning(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	l.onPoll = func(cx *future.Context) {
		if l.polls == 1 {
			l.waker.Wake()
			l.waker.Wake()
		}
		if r.ex.Ready() != 0 {
			t.Error("a running task stands in the queue")
		}
	}
	h := SpawnFuture[int](r.ex, l)
	r.run()
	if l.polls != 2 {
		t.Errorf("%d polls, want 2", l.polls)
	}
	l.finish()
	r.run()
	wantEnd(t, h, nil)
}

// F28: a wake from inside a poll, or a spawn, does not enter the other task.
func TestWakesOnlyEnqueue(t *testing.T) {
	r := newRig(t)
	inside := 0
	enter := func(*future.Context) {
		if inside++; inside != 1 {
			t.Error("two tasks are being polled at once")
		}
	}
	first := &leaf{}
	first.onPoll = func(cx *future.Context) {
		enter(cx)
		inside--
	}
	SpawnFuture[int](r.ex, first)
	r.run()
	r.spawn(func() {
		inside++
		first.finish()
		SpawnFuture[int](r.ex, &leaf{onPoll: enter, ready: true})
		inside--
	})
	if first.polls != 2 {
		t.Errorf("%d polls of the woken task, want 2", first.polls)
	}
}

// Tasks are polled in the order of their wakes, and those woken meanwhile queue at the back.
func TestFirstWokenFirstPolled(t *testing.T) {
	r := newRig(t)
	var order []int
	leaves := make([]*leaf, 40) // more than the ring's first size
	for i := range leaves {
		leaves[i] = &leaf{}
		SpawnFuture[int](r.ex, leaves[i])
	}
	r.run()
	for i, l := range leaves {
		l.onPoll = func(*future.Context) {
			order = append(order, i)
			if i == 3 && l.polls == 2 {
				l.waker.Wake()
			}
		}
	}
	var want []int
	for _, i := range []int{7, 3, 5} {
		leaves[i].waker.Wake()
		want = append(want, i)
	}
	r.ex.PollReady(2)
	if !slices.Equal(order, want[:2]) {
		t.Errorf("PollReady(2) polled %v, want %v", order, want[:2])
	}
	r.run()
	if want = append(want, 3); !slices.Equal(order, want) {
		t.Errorf("polled in the order %v, want %v", order, want)
	}
	for i := range leaves {
		leaves[len(leaves)-1-i].finish()
	}
	order = nil
	r.run()
	if !slices.IsSortedFunc(order, func(a, b int) int { return b - a }) || len(order) != len(leaves) {
		t.Errorf("polled in the order %v, want the order of the wakes", order)
	}
}

// What waits in the ring is kept, in order, when it grows with its head in the middle.
func TestQueueGrows(t *testing.T) {
	var q queue
	tasks := make([]Task, 100)
	in, out := 0, 0
	push := func(n int) {
		for range n {
			q.push(&tasks[in])
			in++
		}
	}
	pop := func(n int) {
		for range n {
			if got := q.pop(); got != &tasks[out] {
				t.Fatalf("pop %d is another task", out)
			}
			out++
		}
	}
	push(10)
	pop(7)
	push(60)
	if q.len() != 63 {
		t.Errorf("len %d, want 63", q.len())
	}
	pop(60)
	push(30)
	pop(33)
	if q.pop() != nil {
		t.Error("an empty queue gave a task")
	}
	for _, t2 := range q.ring {
		if t2 != nil {
			t.Fatal("an empty ring keeps a task alive")
		}
	}
}
