package load

import (
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// A turn is what one task waits for: a signal from another task, or a moment on the clock, whichever is first. It is
// used again and again, and a wait allocates nothing. Who waits looks again at what it waits for: a turn says
// "perhaps".
type turn struct {
	what  string // for task dumps
	at    time.Duration
	given bool
	waker future.LocalWaker
	clock future.Clock
	timer future.TimerID
}

// wait returns after the next signal, or at the moment at, which may be future.Never. From a task.
func (t *turn) wait(rt *eddy.Runtime, what string, at time.Duration) error {
	t.what, t.at, t.given = what, at, false
	_, err := eddy.Await[struct{}](rt, t)
	return err
}

// signal ends the wait, if there is one.
func (t *turn) signal() {
	t.given = true
	t.waker.Wake()
}

// Poll implements Future.
func (t *turn) Poll(cx *future.Context) (struct{}, error) {
	t.clock = cx.Clock()
	if t.given || t.at != future.Never && t.clock.Now() >= t.at {
		t.Cancel()
		return struct{}{}, nil
	}
	t.waker = cx.LocalWaker()
	if t.at != future.Never {
		t.timer = t.clock.Rearm(t.timer, t.at, t.waker)
	}
	return struct{}{}, future.Pending
}

// Cancel implements Future.
func (t *turn) Cancel() {
	t.waker = future.LocalWaker{}
	if t.timer != 0 {
		t.clock.Disarm(t.timer)
		t.timer = 0
	}
}

// String says what the wait is for, in task dumps.
func (t *turn) String() string { return t.what }
