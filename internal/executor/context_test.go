package executor

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// A task's context is made once, when somebody asks, and is cancelled when the task has ended.
func TestContextEndsWithTheTask(t *testing.T) {
	r := newRig(t)
	var ctx context.Context
	l := &leaf{}
	h := r.spawn(func() {
		if r.ex.current.rare().context.ctx != nil {
			t.Error("a context that nobody asked for")
		}
		ctx = r.ex.Context(start)
		if r.ex.Context(start) != ctx {
			t.Error("a second context")
		}
		if _, ok := ctx.Deadline(); ok || ctx.Err() != nil {
			t.Errorf("a deadline: %v; error %v", ok, ctx.Err())
		}
		Await[int](r.ex, l)
	})
	if ctx.Err() != nil {
		t.Error("cancelled while the task waits")
	}
	l.finish()
	r.run()
	wantEnd(t, h, nil)
	if ctx.Err() != context.Canceled {
		t.Errorf("after the end: %v", ctx.Err())
	}
}

// A cancel of the task cancels its contexts at once, with ErrCanceled as the cause, and contexts made later too.
func TestContextOfACanceledTask(t *testing.T) {
	r := newRig(t)
	var root, scoped, nested context.Context
	h := r.spawn(func() {
		root = r.ex.Context(start)
		r.ex.WithTimeout(time.Hour, func() error {
			scoped = r.ex.Context(start)
			return second(Await(r.ex, Async(r.ex, func() (int, error) {
				nested = r.ex.Context(start)
				return Await[int](r.ex, &leaf{})
			})))
		})
		late := r.ex.Context(start)
		r.ex.WithTimeout(time.Hour, func() error {
			if cause := context.Cause(r.ex.Context(start)); cause != ErrCanceled {
				t.Errorf("a scope's context made later has the cause %v", cause)
			}
			return nil
		})
		if cause := context.Cause(late); cause != ErrCanceled {
			t.Errorf("a context asked for later has the cause %v", cause)
		}
	})
	h.Cancel()
	for name, ctx := range map[string]context.Context{"root": root, "scope": scoped, "nested": nested} {
		if cause := context.Cause(ctx); cause != ErrCanceled {
			t.Errorf("%s: the cause is %v before the task has run again", name, cause)
		}
	}
	r.run()
	wantEnd(t, h, nil)

	// Without a context before the cancel.
	h = r.spawn(func() {
		Await[int](r.ex, &leaf{})
		if cause := context.Cause(r.ex.Context(start)); cause != ErrCanceled {
			t.Errorf("the cause is %v", cause)
		}
	})
	h.Cancel()
	r.run()
}

// The context of a WithTimeout tells its deadline, and is cancelled when that has passed, whoever looks at it then.
func TestContextOfWithTimeout(t *testing.T) {
	r := newRig(t)
	r.clock.advance(time.Minute)
	var root, outer, inner context.Context
	l := &leaf{}
	h := r.spawn(func() {
		root = r.ex.Context(start)
		r.ex.WithTimeout(time.Second, func() error {
			outer = r.ex.Context(start)
			return r.ex.WithTimeout(time.Hour, func() error {
				inner = r.ex.Context(start)
				err := second(Await[int](r.ex, l))
				if late := r.ex.Context(start); late != inner {
					t.Error("a second context of one scope")
				}
				return err
			})
		})
		if r.ex.Context(start) != root {
			t.Error("after a WithTimeout the context is another one")
		}
		Await[int](r.ex, &leaf{})
	})
	for name, ctx := range map[string]context.Context{"outer": outer, "inner": inner} {
		if deadline, ok := ctx.Deadline(); !ok || !deadline.Equal(start.Add(time.Minute+time.Second)) {
			t.Errorf("%s: deadline %v, want the outer one's", name, deadline)
		}
		if ctx.Err() != nil {
			t.Errorf("%s: cancelled early", name)
		}
	}
	r.clock.advance(time.Second) // and the task has not run since
	for name, ctx := range map[string]context.Context{"outer": outer, "inner": inner} {
		if cause := context.Cause(ctx); cause != context.DeadlineExceeded {
			t.Errorf("%s: the cause is %v", name, cause)
		}
	}
	if root.Err() != nil {
		t.Error("the task's own context was cancelled by a timeout")
	}
	r.run()
	h.Cancel()
	r.run()
	wantEnd(t, h, nil)
}

// A context that is asked for after the deadline comes cancelled; one that outlives its WithTimeout is cancelled too.
func TestContextAfterExpiry(t *testing.T) {
	r := newRig(t)
	h := timeoutTask(r, 0, func() error {
		if cause := context.Cause(r.ex.Context(start)); cause != context.DeadlineExceeded {
			t.Errorf("the cause is %v", cause)
		}
		return nil
	})
	r.run()
	wantEnd(t, h, nil)
	var ctx context.Context
	r.spawn(func() {
		r.ex.WithTimeout(time.Hour, func() error { ctx = r.ex.Context(start); return nil })
		if ctx.Err() != context.Canceled {
			t.Errorf("after its WithTimeout: %v", ctx.Err())
		}
	})
}

// A nested coroutine's context derives from the code that awaits it, and ends with the coroutine.
func TestContextOfANestedCoroutine(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	var inner context.Context
	h := timeoutTask(r, time.Second, func() error {
		outer := r.ex.Context(start)
		_, err := Await(r.ex, Async(r.ex, func() (int, error) {
			inner = r.ex.Context(start)
			if inner == outer {
				t.Error("one context for both")
			}
			if _, ok := inner.Deadline(); !ok {
				t.Error("the deadline of the awaiting code does not show")
			}
			return Await[int](r.ex, l)
		}))
		if inner.Err() == nil || outer.Err() != nil {
			t.Errorf("after the nested coroutine: its context %v, the outer one %v", inner.Err(), outer.Err())
		}
		return err
	})
	r.run()
	l.finish()
	r.run()
	wantEnd(t, h, nil)

	var cause error
	h = timeoutTask(r, time.Second, func() error {
		return second(Await(r.ex, Async(r.ex, func() (int, error) {
			ctx := r.ex.Context(start)
			v, err := Await[int](r.ex, &leaf{})
			cause = context.Cause(ctx)
			return v, err
		})))
	})
	r.run()
	r.clock.advance(time.Second)
	r.run()
	wantEnd(t, h, os.ErrDeadlineExceeded)
	if cause != context.DeadlineExceeded {
		t.Errorf("the cause is %v", cause)
	}
}

// Contexts derived from a task's by package context start no goroutine, although the deadline is of our making; and
// what a long task derives and cancels again does not pile up.
func TestDerivedContextsStartNoGoroutine(t *testing.T) {
	r := newRig(t)
	h := timeoutTask(r, time.Hour, func() error {
		ctx := r.ex.Context(start)
		before := runtime.NumGoroutine()
		for range 100 {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			grandchild, cancel := context.WithCancel(derived)
			defer cancel()
			if _, ok := grandchild.Deadline(); !ok {
				t.Error("the deadline does not show")
			}
		}
		if n := runtime.NumGoroutine(); n > before {
			t.Errorf("%d goroutines more", n-before)
		}
		return nil
	})
	r.run()
	wantEnd(t, h, nil)
}

// A task that lives long and uses one WithTimeout after another keeps none of their contexts.
func TestContextsDoNotPileUp(t *testing.T) {
	r := newRig(t)
	h := Spawn(r.ex, func() (int, error) {
		r.ex.Context(start)
		once := func() {
			r.ex.WithTimeout(time.Hour, func() error { r.ex.Context(start); return nil })
			Await(r.ex, Async(r.ex, func() (int, error) { r.ex.Context(start); return 0, nil }))
		}
		once()
		before := heapObjects()
		for range 1000 {
			once()
		}
		if n := heapObjects() - before; n > 500 {
			t.Errorf("%d objects are kept after 1000 rounds", n)
		}
		return Await(r.ex, future.Ready(1))
	})
	r.run()
	wantEnd(t, h, nil)
}

func heapObjects() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapObjects)
}

// The innermost error is the one of the standard library, so that its callers recognise it.
func TestTimeoutErrorIsATimeout(t *testing.T) {
	r := newRig(t)
	h := timeoutTask(r, 0, func() error { return r.ex.Yield() })
	r.run()
	var timeout interface{ Timeout() bool }
	if !errors.As(h.task.err(), &timeout) || !timeout.Timeout() {
		t.Errorf("error %v", h.task.err())
	}
}
