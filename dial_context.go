package eddy

import (
	"context"

	"github.com/eddy-go/eddy/future"
)

// dialingUnder is an attempt to connect that ends when a context does, which may happen on any goroutine.
type dialingUnder struct {
	ctx     context.Context
	dialing *dialing
	stop    func() bool // ends the watch of ctx
}

func (u *dialingUnder) Poll(cx *future.Context) (*TCPStream, error) {
	if u.ctx.Err() != nil {
		u.Cancel()
		return nil, context.Cause(u.ctx)
	}
	s, err := u.dialing.Poll(cx)
	u.unwatch() // it wakes the waker of an earlier poll
	if err == future.Pending {
		u.stop = context.AfterFunc(u.ctx, cx.Waker().Wake)
	}
	return s, err
}

// Cancel implements Future.
func (u *dialingUnder) Cancel() {
	u.unwatch()
	u.dialing.Cancel()
}

func (u *dialingUnder) unwatch() {
	if u.stop != nil {
		u.stop()
	}
}

// String says what the wait is for, in task dumps.
func (u *dialingUnder) String() string { return u.dialing.String() }
