package eddy

import (
	"time"

	"github.com/eddy-go/eddy/future"
)

// An alarm is the timer of one future. It keeps the clock and the latest waker, so that it can be stopped without a
// Context and is moved only when there is a reason. The zero alarm is not armed.
type alarm struct {
	clock    future.Clock
	timer    future.TimerID // 0: not armed
	deadline time.Duration
	waker    future.LocalWaker
}

// wait arranges that the waker of this poll is woken at deadline.
func (a *alarm) wait(cx *future.Context, deadline time.Duration) {
	w := cx.LocalWaker()
	if a.timer == 0 {
		a.clock = cx.Clock()
		a.timer = a.clock.Arm(deadline, w)
	} else if deadline != a.deadline || w != a.waker {
		a.timer = a.clock.Rearm(a.timer, deadline, w)
	}
	a.deadline, a.waker = deadline, w
}

// stop disarms the timer.
func (a *alarm) stop() {
	if a.timer != 0 {
		a.clock.Disarm(a.timer)
	}
	*a = alarm{}
}

// waitState is how far a future of this package that waits for the clock has come.
type waitState uint8

const (
	waitFresh waitState = iota // never polled: its clock does not run
	waiting                    // the first Poll was pending
	waitEnded                  // final result or cancelled
)
