package executor

import (
	"testing"

	"github.com/eddy-go/eddy/future"
)

// F20: wakes of a task that has ended do nothing, also when its memory serves another task.
func TestStaleWake(t *testing.T) {
	r := newRig(t)
	var w future.Waker
	first := &leaf{ready: true, onPoll: func(cx *future.Context) { w = cx.Waker() }}
	old := SpawnFuture[int](r.ex, first)
	r.run()
	wantEnd(t, old, nil)
	w.Wake()
	w.Local().Wake()
	r.run()
	if first.polls != 1 {
		t.Errorf("%d polls, want 1", first.polls)
	}

	second := &leaf{}
	h := SpawnFuture[int](r.ex, second)
	if h.task != old.task {
		t.Fatal("the task's memory does not serve again: this test is void")
	}
	r.run()
	w.Wake()
	w.Local().Wake()
	old.Cancel()
	if r.ex.Ready() != 0 || len(r.ex.inbox.tasks) != 0 {
		t.Error("a stale waker has enqueued another task")
	}
	r.run()
	if second.polls != 1 || second.cancels != 0 {
		t.Errorf("%d polls and %d cancels of the second task, want 1 and 0", second.polls, second.cancels)
	}
	second.finish()
	r.run()
	wantEnd(t, h, nil)
}

// F20: a wake that was posted before the task's end and is delivered after it does nothing either.
func TestWakeDeliveredAfterTheEnd(t *testing.T) {
	r := newRig(t)
	first := &leaf{}
	old := SpawnFuture[int](r.ex, first)
	r.run()
	first.finish()
	future.NewWaker(old.task, old.task.key()).Wake() // the loop takes it in at its next turn
	r.ex.PollReady(1)
	second := &leaf{}
	h := SpawnFuture[int](r.ex, second)
	r.ex.PollReady(1)
	if h.task != old.task || second.polls != 1 {
		t.Fatal("the task's memory does not serve again: this test is void")
	}
	r.run()
	if second.polls != 1 {
		t.Errorf("%d polls, want 1: the wake was for another task", second.polls)
	}
	future.NewWaker(h.task, h.task.key()).Wake()
	r.run()
	if second.polls != 2 {
		t.Errorf("%d polls, want 2: the task's own wake was lost", second.polls)
	}
	second.finish()
	r.run()
}

// What a burst of tasks leaves behind does not stay for ever.
func TestFreeTasksAreBounded(t *testing.T) {
	r := newRig(t)
	for range 3 * maxFree {
		SpawnFuture(r.ex, future.Ready(0))
	}
	r.run()
	n := 0
	for f := r.ex.free; f != nil; f = f.next {
		n++
	}
	if n != maxFree || r.ex.freeTasks != n {
		t.Errorf("%d free tasks, counted as %d, want %d", n, r.ex.freeTasks, maxFree)
	}
	for range 2 * maxFree {
		SpawnFuture(r.ex, future.Ready(0))
	}
	if r.ex.free != nil || r.ex.freeTasks != 0 {
		t.Errorf("%d free tasks, want 0", r.ex.freeTasks)
	}
	r.run()
}
