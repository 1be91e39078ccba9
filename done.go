package eddy

import (
	"context"

	"github.com/eddy-go/eddy/future"
)

// Done returns a future that is done when ctx is. Its own error is nil: ctx.Err and context.Cause tell why, as they do
// after a receive from ctx.Done(), for which this stands in a task: the receive would stop the loop.
//
// It can be made anywhere, and waits in a task. ctx may end on any goroutine, so a wait for it never counts as a
// deadlock, unless ctx cannot end, as context.Background. A context that is not made by package context takes a
// goroutine while the future waits for it.
func Done(ctx context.Context) Future[struct{}] { return &done{watch: contextWatch{ctx: ctx}} }

type done struct {
	watch contextWatch
	state waitState
}

func (d *done) Poll(cx *future.Context) (struct{}, error) {
	if d.state == waitEnded {
		future.PolledAfterDone("Done")
	}
	first := d.state == waitFresh
	d.state = waiting
	if d.watch.ctx.Err() == nil {
		d.watch.wait(cx)
		return struct{}{}, future.Pending
	}
	// Only the first Poll asks for budget: one that had to wait is let through, though its neighbours in a Select spend
	// all there is in each turn (F17).
	if first && !cx.Spend() {
		return struct{}{}, future.Pending
	}
	d.Cancel()
	return struct{}{}, nil
}

// Cancel implements Future.
func (d *done) Cancel() {
	d.state = waitEnded
	d.watch.end()
}

// String says what the wait is for, in task dumps.
func (d *done) String() string { return "the end of a context" }

// contextWatch wakes whoever has polled last when a context is done. It is part of the future that waits.
type contextWatch struct {
	ctx   context.Context
	waker future.Waker
	stop  func() bool // nil: nobody is woken
}

// wait has the poll's waker woken. For a context that cannot end it takes none.
func (w *contextWatch) wait(cx *future.Context) {
	if w.ctx.Done() == nil {
		return
	}
	if waker := cx.Waker(); w.stop == nil || waker != w.waker {
		w.end()
		w.waker, w.stop = waker, context.AfterFunc(w.ctx, waker.Wake)
	}
}

func (w *contextWatch) end() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}
