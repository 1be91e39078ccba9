package eddytest_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// door is pending until it is open.
type door struct {
	open    bool
	cancels int
	waker   future.Waker
}

func (d *door) Poll(cx *future.Context) (string, error) {
	if d.open {
		return "in", nil
	}
	d.waker = cx.Waker()
	return "", future.Pending
}

func (d *door) Cancel() { d.cancels++ }

func TestTaskCountsPollsAndWakes(t *testing.T) {
	d := &door{}
	task := eddytest.NewTask[string](t, d)
	if task.Woken() || task.Polls() != 0 {
		t.Error("a new task was woken or polled")
	}
	task.Poll()
	if task.Woken() || task.Polls() != 1 || task.Done() || !task.Outside() {
		t.Error("after the first Poll")
	}
	d.waker.Wake()
	d.waker.Local().Wake()
	if !task.Woken() || task.Wakes() != 2 {
		t.Errorf("%d wakes", task.Wakes())
	}
	task.Poll()
	if task.Woken() || task.Polls() != 2 {
		t.Error("a Poll forgets the wakes before it")
	}
	d.open = true
	if v, err := task.Poll(); v != "in" || err != nil || !task.Done() {
		t.Error(v, err)
	}
	d.waker.Wake()
	d.waker.Local().Wake()
	task.Waker().Wake()
	if task.Woken() {
		t.Error("woken after its end")
	}
}

// Outside speaks of the last Poll.
func TestTaskOutside(t *testing.T) {
	outside := true
	task := eddytest.NewTask(t, future.Func(func(cx *future.Context) (int, error) {
		if outside {
			cx.Waker()
		}
		return 0, future.Pending
	}))
	task.Poll()
	if !task.Outside() {
		t.Error("it took a Waker")
	}
	outside = false
	task.Poll()
	if task.Outside() {
		t.Error("it took no Waker")
	}
}

// A wake that comes during a Poll counts: it asks for another.
func TestTaskCountsWakesDuringAPoll(t *testing.T) {
	task := eddytest.NewTask(t, future.Func(func(cx *future.Context) (int, error) {
		cx.LocalWaker().Wake()
		return 0, future.Pending
	}))
	task.Poll()
	if task.Wakes() != 1 || task.Outside() {
		t.Errorf("%d wakes, outside %v", task.Wakes(), task.Outside())
	}
}

func TestTaskIsWokenFromAnyGoroutine(t *testing.T) {
	eddytest.Baseline(t)
	d := &door{}
	task := eddytest.NewTask[string](t, d)
	task.Poll()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(d.waker.Wake)
	}
	wg.Wait()
	if task.Wakes() != 10 {
		t.Errorf("%d wakes", task.Wakes())
	}
}

func TestTaskGrantsEachPollItsBudget(t *testing.T) {
	granted := 0
	task := eddytest.NewTask(t, future.Func(func(cx *future.Context) (int, error) {
		granted = 0
		for cx.Spend() {
			granted++
		}
		return 0, future.Pending
	}))
	for _, budget := range []int{eddytest.DefaultBudget, 3, 3, 0} {
		task.Budget = budget
		task.Poll()
		if granted != budget || task.Spent() != budget {
			t.Errorf("granted %d, spent %d; want %d", granted, task.Spent(), budget)
		}
		if task.Wakes() != 1 {
			t.Errorf("%d wakes of one that has yielded", task.Wakes())
		}
	}
}

// Cancel is called once, and only if the future was polled and has no result.
func TestTaskCancel(t *testing.T) {
	fresh, waiting, done := &door{}, &door{}, &door{open: true}
	for _, d := range []*door{fresh, waiting, done} {
		task := eddytest.NewTask[string](nil, d)
		if d != fresh {
			task.Poll()
		}
		task.Cancel()
		task.Cancel()
		if d == waiting && (!task.Done() || task.Woken()) {
			t.Error("cancelled, and not at its end")
		}
	}
	if fresh.cancels != 0 || waiting.cancels != 1 || done.cancels != 0 {
		t.Errorf("cancels: %d, %d, %d", fresh.cancels, waiting.cancels, done.cancels)
	}
}

func TestTaskIsCancelledAtTheEndOfItsTest(t *testing.T) {
	d := &door{}
	t.Run("inner", func(t *testing.T) { eddytest.NewTask[string](t, d).Poll() })
	if d.cancels != 1 {
		t.Errorf("%d cancels", d.cancels)
	}
}

func TestTaskRefusesAWrappedPending(t *testing.T) {
	task := eddytest.NewTask(t, future.Func(func(*future.Context) (int, error) {
		return 0, errors.Join(future.Pending)
	}))
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	task.Poll()
}

func ExampleTask() {
	var waker future.Waker
	ready := false
	task := eddytest.NewTask(nil, future.Func(func(cx *future.Context) (string, error) {
		if !ready {
			waker = cx.Waker()
			return "", future.Pending
		}
		return "done", nil
	}))
	_, err := task.Poll()
	fmt.Println(err == future.Pending, task.Woken())
	ready = true
	waker.Wake()
	fmt.Println(task.Woken())
	fmt.Println(task.Poll())
	fmt.Println(task.Polls())
	// Output:
	// true false
	// true
	// done <nil>
	// 2
}
