package executor

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// A rig is an executor with a loop that is turned by hand and a clock that stands still.
type rig struct {
	t              testing.TB
	ex             *Executor
	clock          *fakeClock
	panics         []report // what OnPanic got
	panicsExpected bool     // of a test that looks at panics; in any other, one is a failure
	kicks          int      // calls of WakeLoop
}

// newRig makes an executor. When the test ends, no task, coroutine, timer or goroutine may be left.
func newRig(t testing.TB) *rig {
	t.Helper()
	goroutines := runtime.NumGoroutine()
	r := &rig{t: t, clock: new(fakeClock)}
	r.ex = New(Options{
		Clock:     r.clock,
		WakeLoop:  func() { r.kicks++ },
		OnPanic:   func(i TaskInfo, err *PanicError) { r.panics = append(r.panics, report{i, err}) },
		MaxSpawns: 4,
		ThreadID:  func() int { return 0 },
	})
	r.ex.Enter()
	t.Cleanup(func() {
		r.ex.StopIdle()
		if r.ex.Live() != 0 || r.ex.Coroutines() != 0 || len(r.clock.timers) != 0 {
			t.Errorf("left: %d tasks %v, %d coroutines, %d timers", r.ex.Live(), r.ex.Tasks(), r.ex.Coroutines(), len(r.clock.timers))
		}
		if len(r.panics) > 0 && !r.panicsExpected {
			t.Errorf("a task panicked: %v", r.panics[0].panic)
		}
		for range 1000 {
			if runtime.NumGoroutine() <= goroutines {
				return
			}
			time.Sleep(time.Millisecond) // between two looks; the result does not depend on it
		}
		t.Errorf("%d goroutines before the test, %d after", goroutines, runtime.NumGoroutine())
	})
	return r
}

// turn is one turn of the loop, up to where it would wait.
func (r *rig) turn() {
	r.ex.TakeIn()
	r.ex.PollReady(r.ex.Ready())
	r.ex.WakeYielded()
}

// run turns the loop until it would sleep.
func (r *rig) run() {
	r.t.Helper()
	for range 10_000 {
		r.turn()
		if r.ex.Ready() == 0 && r.ex.FallAsleep() {
			return
		}
	}
	r.t.Fatal("the loop does not come to rest")
}

// spawn runs fn as a task until the loop would sleep.
func (r *rig) spawn(fn func()) *JoinHandle[struct{}] {
	r.t.Helper()
	h := SpawnPlain(r.ex, fn)
	r.run()
	return h
}

// wantEnd fails the test unless h's task has ended with err.
func wantEnd[T any](t testing.TB, h *JoinHandle[T], err error) {
	t.Helper()
	switch {
	case !h.Done():
		t.Error("the task has not ended")
	case !errors.Is(h.task.err(), err):
		t.Errorf("the task has ended with %v, want %v", h.task.err(), err)
	}
}

// end cancels all tasks and lets them end.
func (r *rig) end() {
	r.ex.CancelAll()
	r.run()
}

// mustPanic returns what fn panics with, as text.
func mustPanic(t testing.TB, fn func()) (text string) {
	t.Helper()
	defer func() {
		v := recover()
		if v == nil {
			t.Error("no panic")
		}
		text = fmt.Sprint(v)
	}()
	fn()
	return
}

// A fakeClock moves only by advance. Its sample is what it showed when it last moved, unless a test takes it back.
type fakeClock struct {
	now    time.Duration
	behind time.Duration // how far the sample lags
	last   future.TimerID
	timers map[future.TimerID]fakeTimer
}

type fakeTimer struct {
	id       future.TimerID
	deadline time.Duration
	waker    future.LocalWaker
}

func (c *fakeClock) Now() time.Duration    { return c.now }
func (c *fakeClock) Sample() time.Duration { return c.now - c.behind }

func (c *fakeClock) Arm(deadline time.Duration, w future.LocalWaker) future.TimerID {
	if c.timers == nil {
		c.timers = make(map[future.TimerID]fakeTimer)
	}
	c.last++
	c.timers[c.last] = fakeTimer{c.last, deadline, w}
	return c.last
}

func (c *fakeClock) Rearm(id future.TimerID, deadline time.Duration, w future.LocalWaker) future.TimerID {
	c.Disarm(id)
	return c.Arm(deadline, w)
}

func (c *fakeClock) Disarm(id future.TimerID) { delete(c.timers, id) }

// advance moves the clock and fires the timers that are due.
func (c *fakeClock) advance(d time.Duration) {
	c.now += d
	var due []fakeTimer
	for id, t := range c.timers {
		if t.deadline <= c.now {
			due = append(due, t)
			delete(c.timers, id)
		}
	}
	slices.SortFunc(due, func(a, b fakeTimer) int {
		return cmp.Or(cmp.Compare(a.deadline, b.deadline), cmp.Compare(a.id, b.id))
	})
	for _, t := range due {
		t.waker.Wake()
	}
}

// A leaf is a future that is pending until it is given a result. It counts what is done to it.
type leaf struct {
	polls, cancels int
	waker          future.LocalWaker
	ready          bool
	err            error
	onPoll         func(cx *future.Context)
	onCancel       func()
}

func (l *leaf) Poll(cx *future.Context) (int, error) {
	l.polls++
	l.waker = cx.LocalWaker()
	if l.onPoll != nil {
		l.onPoll(cx)
	}
	if l.ready {
		return l.polls, l.err
	}
	return 0, future.Pending
}

func (l *leaf) Cancel() {
	l.cancels++
	if l.onCancel != nil {
		l.onCancel()
	}
}

// finish makes the leaf ready and wakes whoever waits for it.
func (l *leaf) finish() {
	l.ready = true
	l.waker.Wake()
}

// spender is always ready, for one unit of the budget.
type spender struct{ future.NoCancel }

func (spender) Poll(cx *future.Context) (struct{}, error) {
	if !cx.Spend() {
		return struct{}{}, future.Pending
	}
	return struct{}{}, nil
}

// start is the moment at which the fake clock began.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
