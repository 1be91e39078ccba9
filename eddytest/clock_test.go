package eddytest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// bell is a target that logs its wakes by key.
type bell struct {
	rung []uint64
	then func(key uint64)
}

func (b *bell) Wake(uint64) { panic("a clock wakes on its own goroutine") }

func (b *bell) WakeLocal(key uint64) {
	b.rung = append(b.rung, key)
	if b.then != nil {
		b.then(key)
	}
}

func (b *bell) waker(key uint64) future.LocalWaker { return future.NewWaker(b, key).Local() }

func (b *bell) want(t *testing.T, keys ...uint64) {
	t.Helper()
	if !slices.Equal(b.rung, keys) {
		t.Errorf("woken: %v; want %v", b.rung, keys)
	}
}

func TestClockFiresByDeadlineThenByOrderOfArming(t *testing.T) {
	var c eddytest.Clock
	var b bell
	c.Arm(20, b.waker(1))
	c.Arm(10, b.waker(2))
	c.Arm(20, b.waker(3))
	again := c.Arm(10, b.waker(4))
	c.Arm(10, b.waker(5))
	if got := c.Rearm(again, 10, b.waker(6)); got != again {
		t.Errorf("re-arming an armed timer changed its id from %d to %d", again, got)
	}
	c.Advance(100)
	b.want(t, 2, 5, 6, 1, 3) // 6: re-armed last of those at 10
}

func TestClockIsNeverEarlyAndFiresOnce(t *testing.T) {
	var c eddytest.Clock
	var b bell
	c.Arm(10, b.waker(1))
	c.Advance(9)
	b.want(t)
	c.Advance(1)
	b.want(t, 1)
	c.Advance(10)
	b.want(t, 1)
	if c.Now() != 20 {
		t.Errorf("now %v", c.Now())
	}
}

func TestClockDisarmAndCount(t *testing.T) {
	var c eddytest.Clock
	var b bell
	c.Disarm(0)
	one, two := c.Arm(10, b.waker(1)), c.Arm(10, b.waker(2))
	if c.Timers() != 2 {
		t.Errorf("%d timers", c.Timers())
	}
	c.Disarm(one)
	c.Disarm(one)
	if c.Timers() != 1 {
		t.Errorf("%d timers", c.Timers())
	}
	c.Advance(10)
	c.Disarm(two)
	b.want(t, 2)
	if c.Timers() != 0 {
		t.Errorf("%d timers", c.Timers())
	}
}

func TestClockRearmOfAFiredTimerArmsANewOne(t *testing.T) {
	var c eddytest.Clock
	var b bell
	id := c.Arm(10, b.waker(1))
	c.Advance(10)
	again := c.Rearm(id, 20, b.waker(2))
	if again == id || again == 0 {
		t.Errorf("id %d became %d", id, again)
	}
	c.Advance(10)
	b.want(t, 1, 2)
}

// All that are due are moved aside before any is woken: one that a wake arms waits for the next Advance.
func TestClockTimerArmedByAWakeFiresLater(t *testing.T) {
	var c eddytest.Clock
	var b bell
	b.then = func(key uint64) {
		if key == 1 {
			c.Arm(c.Now(), b.waker(2))
		}
	}
	c.Arm(10, b.waker(1))
	c.Advance(10)
	b.want(t, 1)
	c.Advance(0)
	b.want(t, 1, 2)
}

// F15: the clock stops at Never.
func TestClockSaturates(t *testing.T) {
	var c eddytest.Clock
	c.Advance(time.Hour)
	c.Advance(future.Never)
	if c.Now() != future.Never {
		t.Errorf("now %v", c.Now())
	}
}

func TestClockNeverGoesBack(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	new(eddytest.Clock).Advance(-1)
}

func ExampleClock() {
	var clock eddytest.Clock
	task := eddytest.NewTask(nil, future.Func(func(cx *future.Context) (string, error) {
		if cx.Clock().Now() < time.Minute {
			cx.Clock().Arm(time.Minute, cx.LocalWaker())
			return "", future.Pending
		}
		return "a minute has passed", nil
	}))
	task.Clock = &clock
	task.Poll()
	clock.Advance(59 * time.Second)
	fmt.Println(task.Woken(), clock.Timers())
	clock.Advance(time.Second)
	fmt.Println(task.Woken(), clock.Timers())
	fmt.Println(task.Poll())
	// Output:
	// false 1
	// true 0
	// a minute has passed <nil>
}
