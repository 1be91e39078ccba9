package eddy

import (
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy/future"
)

// Timeout returns a future that runs f for at most d, counted from the first Poll. When that has passed and f is not
// done, f is cancelled and the error is os.ErrDeadlineExceeded. f is polled before the clock is looked at: a result
// that is there wins, however late it is. So with d <= 0, f is polled once.
//
// It can be made anywhere, and waits in a task. It needs no runtime: its time is that of whoever polls it. What f has
// done by then is lost unless f keeps it; for reads and writes of a stream a deadline of the stream is the better tool.
//
// It does not wait for the end of what it has cancelled: the children of a Group in an Async may live on for a while. Where
// they must have ended, put the group into a Runtime.WithTimeout.
func Timeout[T any](d time.Duration, f Future[T]) Future[T] {
	return &timeout[T]{f: f, d: d}
}

type timeout[T any] struct {
	f        Future[T]
	d        time.Duration
	deadline time.Duration // set by the first Poll
	alarm    alarm
	state    waitState
}

func (t *timeout[T]) Poll(cx *future.Context) (T, error) {
	switch t.state {
	case waitFresh:
		// Before f runs: what f computes before its first wait counts too.
		t.state = waiting
		t.deadline = future.After(cx.Clock().Now(), t.d)
	case waitEnded:
		future.PolledAfterDone("Timeout")
	}
	v, err := t.f.Poll(cx)
	if err != future.Pending {
		future.CheckFinal(t.f, err)
		t.end()
		return v, err
	}
	// The deadline needs no budget, so it ends even an f that yields for ever (F17).
	if cx.Clock().Now() < t.deadline {
		t.alarm.wait(cx, t.deadline)
		return v, future.Pending
	}
	t.Cancel()
	var none T
	return none, os.ErrDeadlineExceeded
}

// Cancel cancels f, if it was polled and is not final, and disarms the timer.
func (t *timeout[T]) Cancel() {
	f, polled := t.f, t.state == waiting
	t.end()
	if polled {
		f.Cancel()
	}
}

func (t *timeout[T]) end() {
	t.state = waitEnded
	t.f = nil
	t.alarm.stop()
}

// String says what the wait is for, in task dumps.
func (t *timeout[T]) String() string {
	if inner, ok := any(t.f).(fmt.Stringer); ok {
		return fmt.Sprintf("%v, at most %v", inner, t.d)
	}
	return fmt.Sprintf("%T, at most %v", t.f, t.d)
}
