package eddy

import (
	"context"
	"fmt"

	"github.com/eddy-go/eddy/future"
)

// dialingUnder is an attempt to connect that ends when a context does, which may happen on any goroutine.
type dialingUnder struct {
	watch contextWatch
	dial  Future[*TCPStream]
}

// under returns f as it ends when ctx does, too.
func under(ctx context.Context, f Future[*TCPStream]) Future[*TCPStream] {
	if ctx.Done() == nil {
		return f
	}
	return &dialingUnder{watch: contextWatch{ctx: ctx}, dial: f}
}

func (u *dialingUnder) Poll(cx *future.Context) (*TCPStream, error) {
	if ctx := u.watch.ctx; ctx.Err() != nil {
		if !cx.Spend() { // a loop that ignores ctx's end burns turns, not the loop
			return nil, future.Pending
		}
		u.Cancel()
		return nil, context.Cause(ctx)
	}
	s, err := u.dial.Poll(cx)
	if err == future.Pending {
		u.watch.wait(cx)
	} else {
		u.watch.end()
	}
	return s, err
}

// Cancel implements Future.
func (u *dialingUnder) Cancel() {
	u.watch.end()
	u.dial.Cancel()
}

// String says what the wait is for, in task dumps.
func (u *dialingUnder) String() string { return fmt.Sprint(u.dial) }
