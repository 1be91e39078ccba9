//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// derivations are the ways to make a context of another.
var derivations = map[string]func(ctx context.Context) (context.Context, func()){
	"WithCancel": func(ctx context.Context) (context.Context, func()) { return stoppable(context.WithCancel(ctx)) },
	"WithTimeout": func(ctx context.Context) (context.Context, func()) {
		return stoppable(context.WithTimeout(ctx, time.Hour))
	},
	"WithCancelCause": func(ctx context.Context) (context.Context, func()) {
		c, end := context.WithCancelCause(ctx)
		return c, func() { end(nil) }
	},
	"WithValue then WithCancel": func(ctx context.Context) (context.Context, func()) {
		return stoppable(context.WithCancel(context.WithValue(ctx, contextKey{}, 1)))
	},
	"AfterFunc": func(ctx context.Context) (context.Context, func()) {
		stop := context.AfterFunc(ctx, func() {})
		return ctx, func() { stop() }
	},
}

func stoppable(ctx context.Context, cancel context.CancelFunc) (context.Context, func()) {
	return ctx, cancel
}

type contextKey struct{}

// Deriving from a task's context starts no goroutine, wherever the task stands.
func TestDerivedContextsStartNoGoroutine(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		places := map[string]func(fn func() error) error{
			"in a task":   func(fn func() error) error { return fn() },
			"WithTimeout": func(fn func() error) error { return rt.WithTimeout(time.Hour, fn) },
			"two timeouts": func(fn func() error) error {
				return rt.WithTimeout(2*time.Hour, func() error { return rt.WithTimeout(time.Hour, fn) })
			},
			"in a named one": func(fn func() error) error { rt.SetName("named"); return fn() },
			"in an Async": func(fn func() error) error {
				_, err := eddy.Await(rt, eddy.Async(rt, func() (int, error) { return 0, fn() }))
				return err
			},
		}
		for place, in := range places {
			for kind, derive := range derivations {
				must(t, in(func() error {
					before := runtime.NumGoroutine()
					for range 100 {
						ctx, stop := derive(rt.Context())
						if ctx.Err() != nil {
							t.Errorf("%s, %s: it has ended", place, kind)
						}
						defer stop()
					}
					if n := runtime.NumGoroutine() - before; n > 0 {
						t.Errorf("%s, %s: %d goroutines more", place, kind, n)
					}
					return nil
				}))
			}
		}
	})
}

// The end of a derived context wakes who waits for it, whether it was cancelled or its parent was; the cause arrives.
func TestDerivedContextEnds(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var cancel context.CancelCauseFunc
		var parent, derived context.Context
		waits := func() (cause error, err error) {
			task := eddy.Spawn(rt, func() (error, error) {
				_, err := eddy.Await(rt, eddy.Done(derived))
				return context.Cause(derived), err
			})
			return task.Join()
		}
		owner := rt.Spawn(func() {
			parent = rt.Context()
			derived, cancel = context.WithCancelCause(parent)
			rt.Sleep(time.Hour)
		})
		untilWaiting(t, rt, 1)
		rt.Spawn(func() { cancel(io.ErrNoProgress) })
		if cause, err := waits(); cause != io.ErrNoProgress || err != nil {
			t.Errorf("cancelled: %v, %v", cause, err)
		}
		derived, cancel = context.WithCancelCause(parent)
		defer cancel(nil)
		rt.Spawn(func() { owner.Cancel() })
		if cause, err := waits(); !errors.Is(cause, eddy.ErrCanceled) || err != nil {
			t.Errorf("its task cancelled: %v, %v", cause, err)
		}
		owner.Join()
	})
}

// A derived context has the deadline of the WithTimeout around it, ends by it, and keeps its values.
func TestDerivedContextTellsTheTimeout(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		err := rt.WithTimeout(time.Millisecond, func() error {
			want, _ := rt.Context().Deadline()
			ctx, cancel := context.WithTimeout(context.WithValue(rt.Context(), contextKey{}, "value"), time.Hour)
			defer cancel()
			if deadline, ok := ctx.Deadline(); !ok || !deadline.Equal(want) {
				t.Errorf("the deadline is %v, want %v", deadline, want)
			}
			err := rt.Sleep(time.Hour)
			if ctx.Err() != context.Canceled || context.Cause(ctx) != context.DeadlineExceeded || ctx.Value(contextKey{}) != "value" {
				t.Errorf("%v because of %v, value %v", ctx.Err(), context.Cause(ctx), ctx.Value(contextKey{}))
			}
			if own := rt.Context(); own.Err() != context.DeadlineExceeded || context.Cause(own) != context.DeadlineExceeded {
				t.Errorf("the task's own: %v because of %v", own.Err(), context.Cause(own))
			}
			return err
		})
		if !isTimeout(err) {
			t.Errorf("WithTimeout: %v", err)
		}
	})
}

// A coroutine in a WithTimeout has a context with that deadline, which says whether it was that.
func TestContextOfAnAsyncInATimeout(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		for name, fails := range map[string]error{"expired": context.DeadlineExceeded, "ended before": context.Canceled} {
			d := time.Hour
			if fails == context.DeadlineExceeded {
				d = time.Millisecond
			}
			var ctx context.Context
			rt.WithTimeout(d, func() error {
				_, err := eddy.Await(rt, eddy.Async(rt, func() (int, error) {
					ctx = rt.Context()
					return 0, eddyWait(rt, fails)
				}))
				return err
			})
			if _, limited := ctx.Deadline(); !limited || ctx.Err() != fails {
				t.Errorf("%s: %v, limited %v", name, ctx.Err(), limited)
			}
		}
	})
}

// eddyWait waits for the timeout, if that is what is to come.
func eddyWait(rt *eddy.Runtime, fails error) error {
	if fails == context.DeadlineExceeded {
		return rt.Sleep(time.Hour)
	}
	return rt.Yield()
}

// A WithTimeout inside, and one outside, end the contexts that belong to them.
func TestContextsOfNestedTimeouts(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		must(t, rt.WithTimeout(time.Hour, func() error {
			outer := rt.Context()
			var inner context.Context
			err := rt.WithTimeout(time.Millisecond, func() error {
				inner = rt.Context()
				return rt.Sleep(time.Hour)
			})
			if !isTimeout(err) || inner.Err() == nil || outer.Err() != nil || rt.Context() != outer {
				t.Errorf("%v; inner %v, outer %v", err, inner.Err(), outer.Err())
			}
			return nil
		}))
	})
}
