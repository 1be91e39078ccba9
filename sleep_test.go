package eddy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// pollPending polls once and wants no result.
func pollPending[T any](t *testing.T, task *eddytest.Task[T]) {
	t.Helper()
	if v, err := task.Poll(); err != future.Pending {
		t.Fatalf("at %v: Poll = %v, %v; want Pending", task.Clock.Now(), v, err)
	}
}

// pollFinal polls once and wants that result.
func pollFinal[T comparable](t *testing.T, task *eddytest.Task[T], value T, failure error) {
	t.Helper()
	if v, err := task.Poll(); v != value || err != failure {
		t.Fatalf("at %v: Poll = %v, %v; want %v, %v", task.Clock.Now(), v, err, value, failure)
	}
}

// mustPanic runs fn and wants it to panic with that value, or with any if it is nil.
func mustPanic(t *testing.T, value any, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); got == nil || value != nil && got != value {
			t.Errorf("panic %v; want %v", got, value)
		}
	}()
	fn()
}

// F16: a sleep ends at its deadline and not a nanosecond earlier, though it is polled in between.
func TestSleepIsNeverEarly(t *testing.T) {
	task := eddytest.NewTask(t, eddy.Sleep(time.Second))
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
	pollFinal(t, task, struct{}{}, nil)
	if n := task.Clock.Timers(); n != 0 {
		t.Errorf("%d timers left", n)
	}
}

// A future is inert until its first Poll: only then the time starts to run.
func TestSleepStartsAtTheFirstPoll(t *testing.T) {
	task := eddytest.NewTask(t, eddy.Sleep(time.Second))
	task.Clock.Advance(time.Hour)
	pollPending(t, task)
	task.Clock.Advance(time.Second)
	pollFinal(t, task, struct{}{}, nil)
}

func TestSleepOfNothingIsReadyAtOnce(t *testing.T) {
	for _, d := range []time.Duration{0, -1, -1 << 63} {
		task := eddytest.NewTask(t, eddy.Sleep(d))
		task.Clock.Advance(time.Hour)
		pollFinal(t, task, struct{}{}, nil)
		if task.Spent() != 1 {
			t.Errorf("%d units of budget spent; want 1", task.Spent())
		}
	}
}

// F17: a sleep of nothing yields when the budget is spent, and then needs none: it cannot be starved.
func TestSleepOfNothingYieldsOnce(t *testing.T) {
	task := eddytest.NewTask(t, eddy.Sleep(0))
	task.Budget = 0
	pollPending(t, task)
	if task.Wakes() != 1 {
		t.Errorf("%d wakes", task.Wakes())
	}
	pollFinal(t, task, struct{}{}, nil)
}

// F17: a sleep that is due ends although its neighbour spends all the budget in each poll.
func TestSleepEndsBesideABusyFuture(t *testing.T) {
	task := eddytest.NewTask(t, future.Select2(busy(), eddy.Sleep(time.Second)))
	pollPending(t, task)
	task.Clock.Advance(time.Second)
	pollFinal(t, task, future.Selected2[int, struct{}]{Index: 1}, nil)
}

// busy is always ready to do more, and never done.
func busy() future.Future[int] {
	return future.Func(func(cx *future.Context) (int, error) {
		for cx.Spend() {
		}
		return 0, future.Pending
	})
}

// F25: Cancel disarms the timer.
func TestSleepCancelDisarms(t *testing.T) {
	sleep := eddy.Sleep(time.Second)
	task := eddytest.NewTask(t, sleep)
	pollPending(t, task)
	if n := task.Clock.Timers(); n != 1 {
		t.Errorf("%d timers while it sleeps", n)
	}
	task.Cancel()
	sleep.Cancel()
	if n := task.Clock.Timers(); n != 0 {
		t.Errorf("%d timers after Cancel", n)
	}
}

func TestSleepPolledAfterItsEndPanics(t *testing.T) {
	for _, cancel := range []bool{false, true} {
		task := eddytest.NewTask(t, eddy.Sleep(time.Second))
		pollPending(t, task)
		if cancel {
			task.Cancel()
		} else {
			task.Clock.Advance(time.Second)
			pollFinal(t, task, struct{}{}, nil)
		}
		mustPanic(t, "future: Sleep polled after its final result", func() { task.Poll() })
	}
}

// F15: the longest sleep neither overflows nor ends, in 400 days that pass hour by hour; shorter ones end on time
// beside it.
func TestLongestSleepFor400Days(t *testing.T) {
	clock := new(eddytest.Clock)
	clock.Advance(time.Hour)
	longest := eddytest.NewTask(t, eddy.Sleep(1<<63-1))
	almost := eddytest.NewTask(t, eddy.Sleep(1<<63-2))
	longest.Clock, almost.Clock = clock, clock
	pollPending(t, longest)
	pollPending(t, almost)
	for range 400 * 24 {
		hour := eddytest.NewTask(nil, eddy.Sleep(time.Hour))
		hour.Clock = clock
		pollPending(t, hour)
		clock.Advance(time.Hour)
		pollFinal(t, hour, struct{}{}, nil)
	}
	if longest.Woken() || almost.Woken() {
		t.Error("woken after 400 days")
	}
	pollPending(t, longest)
	pollPending(t, almost)
}

// named is a target that logs its wakes.
type named struct {
	name string
	log  *[]string
}

func (n *named) Wake(uint64)      { panic("woken from outside") }
func (n *named) WakeLocal(uint64) { *n.log = append(*n.log, n.name) }

// The latest waker is the one that is woken. A Poll that brings the same waker leaves the timer alone, so that sleeps
// with the same deadline end in the order in which they began.
func TestSleepWakesTheLatestWakerInOrder(t *testing.T) {
	var log []string
	clock := new(eddytest.Clock)
	env := future.Env{Clock: clock, Budget: 1}
	waker := func(name string) future.Waker { return future.NewWaker(&named{name, &log}, 0) }
	poll := func(f future.Future[struct{}], w future.Waker) {
		t.Helper()
		cx := future.NewContext(w, &env)
		if _, err := f.Poll(&cx); err != future.Pending {
			t.Fatal(err)
		}
	}
	a, b, c := eddy.Sleep(time.Second), eddy.Sleep(time.Second), eddy.Sleep(time.Second)
	wa, wb := waker("a"), waker("b")
	poll(a, wa)
	poll(b, wb)
	poll(c, waker("c1"))
	poll(b, wb)
	poll(a, wa)
	poll(c, waker("c2"))
	if clock.Timers() != 3 {
		t.Errorf("%d timers for 3 sleeps", clock.Timers())
	}
	clock.Advance(time.Second)
	if !slices.Equal(log, []string{"a", "b", "c2"}) {
		t.Errorf("woken: %v", log)
	}
	if env.Outside {
		t.Error("a sleep counts as wakeable from outside")
	}
}
