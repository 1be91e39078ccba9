package eddy_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// scripted is a future that the test finishes. It counts what is done to it.
type scripted struct {
	done           bool
	value          int
	err            error
	during         func() // runs inside each Poll
	polls, cancels int
	waker          future.LocalWaker
}

func (s *scripted) Poll(cx *future.Context) (int, error) {
	s.polls++
	if s.during != nil {
		s.during()
	}
	if s.done {
		return s.value, s.err
	}
	s.waker = cx.LocalWaker()
	return 0, future.Pending
}

func (s *scripted) Cancel() { s.cancels++ }

func (s *scripted) want(t *testing.T, polls, cancels int) {
	t.Helper()
	if s.polls != polls || s.cancels != cancels {
		t.Errorf("%d polls, %d cancels; want %d, %d", s.polls, s.cancels, polls, cancels)
	}
}

// A timeout that expires cancels its future, once, and its error is the very value of package os.
func TestTimeoutExpires(t *testing.T) {
	f := &scripted{}
	timeout := eddy.Timeout[int](time.Second, f)
	task := eddytest.NewTask(t, timeout)
	pollPending(t, task)
	task.Clock.Advance(time.Second - 1)
	if task.Woken() {
		t.Error("woken early")
	}
	pollPending(t, task)
	task.Clock.Advance(1)
	if task.Wakes() != 1 {
		t.Errorf("%d wakes", task.Wakes())
	}
	pollFinal(t, task, 0, os.ErrDeadlineExceeded)
	timeout.Cancel()
	f.want(t, 3, 1)
	if n := task.Clock.Timers(); n != 0 {
		t.Errorf("%d timers left", n)
	}
}

// A result, value or error, ends it; the timer goes, and the future is not cancelled.
func TestTimeoutPassesTheResultOn(t *testing.T) {
	for _, failure := range []error{nil, errors.New("boom")} {
		f := &scripted{value: 5, err: failure}
		timeout := eddy.Timeout[int](time.Second, f)
		task := eddytest.NewTask(t, timeout)
		pollPending(t, task)
		if n := task.Clock.Timers(); n != 1 {
			t.Errorf("%d timers while it waits", n)
		}
		f.done = true
		f.waker.Wake()
		pollFinal(t, task, 5, failure)
		timeout.Cancel()
		f.want(t, 2, 0)
		if n := task.Clock.Timers(); n != 0 {
			t.Errorf("%d timers left", n)
		}
	}
}

// A result that is there wins, however late it is.
func TestTimeoutResultWinsOverTheDeadline(t *testing.T) {
	f := &scripted{value: 5}
	task := eddytest.NewTask(t, eddy.Timeout[int](time.Second, f))
	pollPending(t, task)
	task.Clock.Advance(time.Hour)
	f.done = true
	pollFinal(t, task, 5, nil)
	f.want(t, 2, 0)
}

// A future that is ready at once costs no timer.
func TestTimeoutOfAReadyFutureArmsNothing(t *testing.T) {
	task := eddytest.NewTask(t, eddy.Timeout(0, future.Ready(5)))
	pollFinal(t, task, 5, nil)
	if id := task.Clock.Arm(0, future.LocalWaker{}); id != 1 {
		t.Errorf("%d timers were armed", id-1)
	}
}

// With no time at all the future is polled once.
func TestTimeoutOfNothingPollsOnce(t *testing.T) {
	for _, d := range []time.Duration{0, -1, -1 << 63} {
		f := &scripted{}
		task := eddytest.NewTask(t, eddy.Timeout[int](d, f))
		pollFinal(t, task, 0, os.ErrDeadlineExceeded)
		f.want(t, 1, 1)
	}
}

// The clock starts at the first Poll, before the future runs: what the future computes there counts too.
func TestTimeoutStartsAtTheFirstPoll(t *testing.T) {
	f := &scripted{}
	task := eddytest.NewTask(t, eddy.Timeout[int](time.Second, f))
	task.Clock.Advance(time.Hour)
	f.during = func() { task.Clock.Advance(600 * time.Millisecond) }
	pollPending(t, task)
	pollFinal(t, task, 0, os.ErrDeadlineExceeded)
}

// F17: the deadline holds over a future that is always ready to go on and yields for ever.
func TestTimeoutFiresOverABusyFuture(t *testing.T) {
	task := eddytest.NewTask(t, eddy.Timeout(time.Second, busy()))
	for range 10 {
		pollPending(t, task)
		task.Clock.Advance(100 * time.Millisecond)
	}
	pollFinal(t, task, 0, os.ErrDeadlineExceeded)
}

// F15: the longest timeout does not overflow into the past.
func TestTimeoutSaturates(t *testing.T) {
	f := &scripted{}
	task := eddytest.NewTask(t, eddy.Timeout[int](1<<63-1, f))
	task.Clock.Advance(time.Hour)
	pollPending(t, task)
	task.Clock.Advance(400 * 24 * time.Hour)
	if task.Woken() {
		t.Error("woken")
	}
	pollPending(t, task)
}

// F25: Cancel reaches the future, once, and disarms the timer; before the first Poll it reaches nobody.
func TestTimeoutCancel(t *testing.T) {
	f := &scripted{}
	timeout := eddy.Timeout[int](time.Second, f)
	task := eddytest.NewTask(t, timeout)
	pollPending(t, task)
	timeout.Cancel()
	timeout.Cancel()
	f.want(t, 1, 1)
	if n := task.Clock.Timers(); n != 0 {
		t.Errorf("%d timers left", n)
	}
	unpolled := &scripted{}
	eddy.Timeout[int](time.Second, unpolled).Cancel()
	unpolled.want(t, 0, 0)
}

// F21: after a panic in the future, Cancel reaches it and disarms the timer.
func TestTimeoutCancelAfterAPanic(t *testing.T) {
	f := &scripted{}
	task := eddytest.NewTask(t, eddy.Timeout[int](time.Second, f))
	pollPending(t, task)
	f.during = func() { panic("future") }
	mustPanic(t, "future", func() { task.Poll() })
	task.Cancel()
	f.want(t, 2, 1)
	if n := task.Clock.Timers(); n != 0 {
		t.Errorf("%d timers left", n)
	}
}

func TestTimeoutPolledAfterItsEndPanics(t *testing.T) {
	task := eddytest.NewTask(t, eddy.Timeout(time.Second, future.Ready(1)))
	pollFinal(t, task, 1, nil)
	mustPanic(t, "future: Timeout polled after its final result", func() { task.Poll() })
}

func TestTimeoutRefusesAWrappedPending(t *testing.T) {
	f := &scripted{done: true, err: fmt.Errorf("wrapped: %w", future.Pending)}
	task := eddytest.NewTask(t, eddy.Timeout[int](time.Second, f))
	mustPanic(t, nil, func() { task.Poll() })
	task.Cancel()
	f.want(t, 1, 1)
}

// Both wakers follow the latest Poll: the future's, and the timer's.
func TestTimeoutWakesTheLatestTask(t *testing.T) {
	clock := new(eddytest.Clock)
	timeout := eddy.Timeout[int](time.Second, &scripted{})
	first, second := eddytest.NewTask(t, timeout), eddytest.NewTask(t, timeout)
	first.Clock, second.Clock = clock, clock
	pollPending(t, first)
	pollPending(t, second)
	if clock.Timers() != 1 {
		t.Errorf("%d timers", clock.Timers())
	}
	clock.Advance(time.Second)
	if first.Woken() || !second.Woken() {
		t.Errorf("first woken: %v, second: %v", first.Woken(), second.Woken())
	}
}

// One allocation, from the call to the result; polling again costs none.
func TestTimeoutAllocatesOnce(t *testing.T) {
	var f future.Future[int] = &always{}
	task := eddytest.NewTask(t, future.Func(func(cx *future.Context) (int, error) {
		if n := testing.AllocsPerRun(100, func() { eddy.Timeout(time.Second, f).Poll(cx) }); n != 1 {
			t.Errorf("ready: %v allocations", n)
		}
		timeout := eddy.Timeout[int](time.Second, &scripted{})
		timeout.Poll(cx)
		if n := testing.AllocsPerRun(100, func() { timeout.Poll(cx) }); n != 0 {
			t.Errorf("polled again: %v allocations", n)
		}
		return 0, nil
	}))
	task.Poll()
}

// always is ready each time, so that it can be used without being made anew.
type always struct{ future.NoCancel }

func (*always) Poll(*future.Context) (int, error) { return 1, nil }
