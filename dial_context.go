package eddy

import (
	"context"

	"github.com/eddy-go/eddy/future"
)

// underContext ends a future when a context does, which may happen on any goroutine.
type underContext[T any] struct {
	ctx  context.Context
	f    Future[T]
	stop func() bool // ends the watch of ctx
}

func (u *underContext[T]) Poll(cx *future.Context) (T, error) {
	if u.ctx.Err() != nil {
		u.Cancel()
		var zero T
		return zero, context.Cause(u.ctx)
	}
	v, err := u.f.Poll(cx)
	if err != future.Pending {
		u.unwatch()
		return v, err
	}
	u.unwatch() // it wakes the waker of an earlier poll
	u.stop = context.AfterFunc(u.ctx, cx.Waker().Wake)
	return v, err
}

// Cancel implements Future.
func (u *underContext[T]) Cancel() {
	u.unwatch()
	u.f.Cancel()
}

func (u *underContext[T]) unwatch() {
	if u.stop != nil {
		u.stop()
	}
}

// String says what the wait is for, in task dumps.
func (u *underContext[T]) String() string { return describe(u.f) }
