package executor

import (
	"testing"

	"github.com/eddy-go/eddy/future"
)

// F20: wakes of a task that has ended do nothing.
func TestStaleWake(t *testing.T) {
	r := newRig(t)
	var w future.Waker
	l := &leaf{ready: true, onPoll: func(cx *future.Context) { w = cx.Waker() }}
	h := SpawnFuture[int](r.ex, l)
	r.run()
	wantEnd(t, h, nil)
	w.Wake()
	w.Local().Wake()
	h.Cancel()
	if r.ex.Ready() != 0 || len(r.ex.inbox.tasks) != 0 {
		t.Error("a stale waker has enqueued a task")
	}
	r.run()
	if l.polls != 1 || l.cancels != 0 {
		t.Errorf("%d polls and %d cancels, want 1 and 0", l.polls, l.cancels)
	}
}

// F20: a wake that was posted before the task's end and is delivered after it does nothing either.
func TestWakeDeliveredAfterTheEnd(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	r.run()
	l.finish()
	future.NewWaker(&h.task, 0).Wake() // the loop takes it in at its next turn
	r.ex.PollReady(1)
	wantEnd(t, h, nil)
	r.ex.TakeIn()
	if r.ex.Ready() != 0 {
		t.Error("a task that has ended is ready")
	}
	r.run()
	if l.polls != 2 {
		t.Errorf("%d polls, want 2", l.polls)
	}
}
