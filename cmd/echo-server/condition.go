package main

import (
	"slices"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// A condition lets tasks wait until something that they share has changed. Tasks never run at the same time, so what
// a task has waited for still holds when its wait returns, and stays so until its next wait.
type condition struct{ waiting []*conditionWait }

// until returns the future of holds being true. what names it in task dumps.
func (c *condition) until(what string, holds func() bool) eddy.Future[struct{}] {
	return &conditionWait{condition: c, what: what, holds: holds}
}

// changed has everybody who waits look again, in the order in which they began to wait.
func (c *condition) changed() {
	for _, w := range c.waiting {
		w.waker.Wake()
	}
}

// conditionWait is one wait for a condition. It may be polled again after it is done: that begins the next wait.
type conditionWait struct {
	condition *condition
	what      string
	holds     func() bool
	waker     future.LocalWaker
	queued    bool
}

// Poll implements Future.
func (w *conditionWait) Poll(cx *future.Context) (struct{}, error) {
	if w.holds() {
		w.Cancel()
		return struct{}{}, nil
	}
	w.waker = cx.LocalWaker()
	if !w.queued {
		w.queued = true
		w.condition.waiting = append(w.condition.waiting, w)
	}
	return struct{}{}, future.Pending
}

// Cancel implements Future.
func (w *conditionWait) Cancel() {
	if w.queued {
		w.queued = false
		i := slices.Index(w.condition.waiting, w)
		w.condition.waiting = slices.Delete(w.condition.waiting, i, i+1)
	}
}

// String says what the wait is for, in task dumps.
func (w *conditionWait) String() string { return w.what }
