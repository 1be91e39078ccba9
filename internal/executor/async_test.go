package executor

import (
	"errors"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// polled runs one poll of f inside a hand-written future's task, and lets the task end after it.
func polled[T any](r *rig, f future.Future[T]) (v T, err error) {
	SpawnFuture(r.ex, future.Func(func(cx *future.Context) (int, error) {
		v, err = f.Poll(cx)
		return 0, nil
	}))
	r.ex.PollReady(1)
	return v, err
}

// Straight-line code begins with the first poll, and is a future like any other.
func TestAsyncIsInertUntilPolled(t *testing.T) {
	r := newRig(t)
	began := false
	l := &leaf{}
	f := Async(r.ex, func() (int, error) {
		began = true
		_, err := Await[int](r.ex, l)
		return 7, err
	})
	r.run()
	if began || r.ex.Coroutines() != 0 {
		t.Fatal("it began before the first poll")
	}
	if _, err := polled(r, f); err != future.Pending || !began {
		t.Errorf("first poll: %v, began: %v", err, began)
	}
	l.finish()
	if v, err := polled(r, f); v != 7 || err != nil {
		t.Errorf("second poll: %v, %v; want 7", v, err)
	}
	if l.polls != 2 {
		t.Errorf("%d polls of the leaf, want 2", l.polls)
	}
	if text := mustPanic(t, func() { f.Poll(nil) }); !strings.Contains(text, "Async polled after its final result") {
		t.Errorf("polled after the end: %s", text)
	}
	f.Cancel() // does nothing
}

// A future that was never polled is dropped by Cancel, and cannot be polled then.
func TestCancelBeforeTheFirstPoll(t *testing.T) {
	r := newRig(t)
	f := Async(r.ex, func() (int, error) { t.Error("it ran"); return 0, nil })
	f.Cancel()
	f.Cancel()
	mustPanic(t, func() { f.Poll(nil) })
}

// Coroutines nest, and each switch leads back to the right one.
func TestCoroutinesThreeDeep(t *testing.T) {
	r := newRig(t)
	leaves := [3]*leaf{{}, {}, {}}
	trace := ""
	var level func(n int) (int, error)
	level = func(n int) (int, error) {
		var c *Coroutine = r.ex.current
		trace += "("
		sum := 0
		if n < 2 {
			v, err := Await(r.ex, future.Map(Async(r.ex, func() (int, error) { return level(n + 1) }), func(v int) (int, error) { return v, nil }))
			if err != nil {
				return 0, err
			}
			sum = v
		}
		v, err := Await[int](r.ex, leaves[n])
		if r.ex.current != c || r.ex.polling {
			t.Errorf("level %d: the running coroutine is %p, want %p", n, r.ex.current, c)
		}
		trace += ")"
		return sum + v, err
	}
	h := Spawn(r.ex, func() (int, error) { return level(0) })
	r.run()
	for i := 2; i >= 0; i-- {
		leaves[i].finish()
		r.run()
	}
	wantEnd(t, h, nil)
	if h.value != 6 || trace != "((()))" {
		t.Errorf("result %d with trace %s, want 6 and ((()))", h.value, trace)
	}
	if r.ex.current != nil || r.ex.polling {
		t.Error("a coroutine counts as running after the poll")
	}
}

// A coroutine cannot be polled by itself: a direct switch to a running one is fatal to the process.
func TestPolledFromInsideItself(t *testing.T) {
	r := newRig(t)
	var f future.Future[int]
	text := ""
	f = Async(r.ex, func() (int, error) {
		text = mustPanic(t, func() { Await(r.ex, f) })
		_, err := Await(r.ex, future.Ready(1)) // and the code goes on
		return 1, err
	})
	h := SpawnFuture(r.ex, f)
	r.run()
	if !strings.Contains(text, "polled from inside itself") {
		t.Error(text)
	}
	wantEnd(t, h, ErrCanceled) // Await has cancelled what it could not poll
}

// Await works in straight-line code only, and says so.
func TestAwaitWhereNoTaskMayWait(t *testing.T) {
	r := newRig(t)
	await := func() { Await(r.ex, future.Ready(0)) }
	if text := mustPanic(t, await); !strings.Contains(text, "no task running") || !strings.Contains(text, "Handle.Spawn") {
		t.Errorf("outside: %s", text)
	}
	inPoll := func(how string) future.Future[int] {
		return future.Func(func(cx *future.Context) (int, error) {
			if text := mustPanic(t, await); !strings.Contains(text, "Poll or Cancel") || !strings.Contains(text, "eddy.Async") {
				t.Errorf("in a Poll, %s: %s", how, text)
			}
			mustPanic(t, func() { r.ex.Yield() })
			mustPanic(t, func() { r.ex.WithTimeout(0, nil) })
			// In a coroutine that it polls code may wait, and after that it may not, again.
			if v, err := Async(r.ex, func() (int, error) { return Await(r.ex, future.Ready(5)) }).Poll(cx); v != 5 || err != nil {
				t.Errorf("a coroutine in a Poll: %d, %v", v, err)
			}
			mustPanic(t, await)
			return 0, nil
		})
	}
	SpawnFuture(r.ex, inPoll("as a task"))
	r.spawn(func() {
		Await(r.ex, inPoll("awaited"))
		await() // the body may wait again
		r.ex.WithTimeout(-1, func() error { l := &leaf{}; _, err := Await[int](r.ex, l); return err })
	})
	r.run()
	l := &leaf{onCancel: func() {
		if text := mustPanic(t, await); !strings.Contains(text, "Poll or Cancel") {
			t.Errorf("in a Cancel: %s", text)
		}
	}}
	h := r.spawn(func() { Await[int](r.ex, l) })
	h.Cancel()
	r.run()
	if l.cancels != 1 {
		t.Errorf("%d cancels, want 1", l.cancels)
	}
	wantEnd(t, h, nil)
}

// A future that wraps Pending into a failure is found out, by its type, wherever it is polled.
func TestWrappedPending(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	wrapped := errors.Join(errors.New("not ready"), future.Pending)
	h := SpawnFuture[int](r.ex, &leaf{ready: true, err: wrapped})
	l := &leaf{ready: true, err: wrapped}
	r.spawn(func() {
		text := mustPanic(t, func() { Await[int](r.ex, l) })
		if !strings.Contains(text, "*executor.leaf") {
			t.Errorf("Await: %s", text)
		}
		if _, err := Await(r.ex, future.Ready(0)); err != nil {
			t.Error(err)
		}
	})
	if l.cancels != 1 {
		t.Errorf("%d cancels: what it wraps may still be registered", l.cancels)
	}
	pe, _ := h.task.err().(*PanicError)
	if pe == nil || !strings.Contains(pe.Error(), "*executor.leaf") {
		t.Errorf("the task's result is %v", h.task.err())
	}
	if len(r.panics) != 1 {
		t.Errorf("%d panics reported, want 1", len(r.panics))
	}
}

// CheckThread finds a call on a foreign thread.
func TestCheckThread(t *testing.T) {
	thread := 1
	ex := New(Options{Clock: new(fakeClock), ThreadID: func() int { return thread }, CheckThread: true})
	if ex.OnLoopThread() {
		t.Error("on the loop before Enter")
	}
	ex.Enter()
	if !ex.OnLoopThread() {
		t.Error("not on the loop after Enter")
	}
	h := Spawn(ex, func() (int, error) {
		ex.Current("Test")
		thread = 2
		text := mustPanic(t, func() { Await(ex, future.Ready(0)) })
		if !strings.Contains(text, "Handle.Spawn") {
			t.Error(text)
		}
		thread = 1
		return Await(ex, future.Ready(3))
	})
	ex.PollReady(1)
	wantEnd(t, h, nil)
	ex.StopIdle()
}
