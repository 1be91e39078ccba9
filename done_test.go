//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// The end of a context wakes who waits for it, on whatever goroutine it comes; Err and Cause tell why.
func TestDone(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		for name, end := range map[string]func(cancel func()){
			"from a task":      func(cancel func()) { rt.Spawn(cancel) },
			"from a goroutine": func(cancel func()) { go cancel() },
		} {
			ctx, cancel := context.WithCancelCause(context.Background())
			task := rt.Spawn(func() {
				if _, err := eddy.Await(rt, eddy.Done(ctx)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if ctx.Err() != context.Canceled || context.Cause(ctx) != io.ErrNoProgress {
					t.Errorf("%s: %v because of %v", name, ctx.Err(), context.Cause(ctx))
				}
				if _, err := eddy.Await(rt, eddy.Done(ctx)); err != nil {
					t.Errorf("%s, a second time: %v", name, err)
				}
			})
			untilWaiting(t, rt, 1)
			if wait := rt.Tasks()[1].Wait; wait != "the end of a context" {
				t.Errorf("the task waits for %s", wait)
			}
			end(func() { cancel(io.ErrNoProgress) })
			task.Join()
		}
	})
}

// A wait for a context that runs by Go's own timers ends with it.
func TestDoneOfATimedContext(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		ctx, cancel := context.WithTimeout(rt.Context(), time.Millisecond)
		defer cancel()
		_, err := eddy.Await(rt, eddy.Done(ctx))
		must(t, err)
		if ctx.Err() != context.DeadlineExceeded {
			t.Errorf("the context has ended with %v", ctx.Err())
		}
	})
}

// watchedContext counts who is told of its end.
type watchedContext struct {
	context.Context
	watchers int
}

// Value hides that this is a context of package context, which would not be asked to tell.
func (w *watchedContext) Value(any) any { return nil }

func (w *watchedContext) AfterFunc(fn func()) func() bool {
	w.watchers++
	stop := context.AfterFunc(w.Context, fn)
	return func() bool {
		stopped := stop()
		if stopped {
			w.watchers--
		}
		return stopped
	}
}

// watchable returns a context that can end, and counts its watchers.
func watchable(t *testing.T) (*watchedContext, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return &watchedContext{Context: ctx}, cancel
}

// wokenFromOutside waits until a task is woken, as it must be. A context tells its end on a goroutine.
func wokenFromOutside[T any](t *testing.T, task *eddytest.Task[T]) {
	t.Helper()
	for range 10_000 {
		if task.Woken() {
			return
		}
		time.Sleep(time.Millisecond) // between two looks; the result does not depend on it
	}
	t.Error("nobody was woken")
}

// Done holds nothing before its first poll, one watch of the context while it waits, however often it is polled, and
// none after a Cancel.
func TestDoneHoldsOneWatch(t *testing.T) {
	eddytest.Baseline(t)
	ctx, cancel := watchable(t)
	f := eddy.Done(ctx)
	wantWatchers := func(when string, n int) {
		t.Helper()
		if ctx.watchers != n {
			t.Errorf("%s: %d watches, want %d", when, ctx.watchers, n)
		}
	}
	wantWatchers("before the first poll", 0)
	first, second := eddytest.NewTask(t, f), eddytest.NewTask[struct{}](nil, f)
	for _, task := range []*eddytest.Task[struct{}]{first, first, second, second} {
		if _, err := task.Poll(); err != future.Pending || !task.Outside() {
			t.Errorf("%v; outside %v", err, task.Outside())
		}
		wantWatchers("after a poll", 1)
	}
	first.Cancel()
	wantWatchers("after a Cancel", 0)
	cancel()
}

// Of several who have polled, the last is woken. A final result lets go of the context.
func TestDoneWakesTheLatest(t *testing.T) {
	eddytest.Baseline(t)
	ctx, cancel := watchable(t)
	f := eddy.Done(ctx)
	first, second := eddytest.NewTask[struct{}](nil, f), eddytest.NewTask(t, f)
	for _, task := range []*eddytest.Task[struct{}]{first, second} {
		if _, err := task.Poll(); err != future.Pending {
			t.Error(err)
		}
	}
	cancel()
	wokenFromOutside(t, second)
	if _, err := second.Poll(); err != nil || first.Woken() {
		t.Errorf("%v; the first one woken: %v", err, first.Woken())
	}
	if panicOf(func() { second.Poll() }) == nil {
		t.Error("polled after its end without a panic")
	}

	f = eddy.Done(ctx) // that has ended
	third := eddytest.NewTask(t, f)
	if _, err := third.Poll(); err != nil || third.Spent() != 1 || third.Outside() {
		t.Errorf("%v, %d units of the budget, outside %v", err, third.Spent(), third.Outside())
	}
}

// A loop over contexts that have ended lets others run from time to time. One that had to wait is let through, though
// its neighbours in a Select spend all there is in each turn (F17).
func TestDoneTakesBudget(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	task := eddytest.NewTask(t, eddy.Done(ctx))
	task.Budget = 0
	if _, err := task.Poll(); err != future.Pending || !task.Woken() {
		t.Errorf("without a budget: %v, woken %v", err, task.Woken())
	}
	if _, err := task.Poll(); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

// A wait for a context that cannot end takes no waker: if nothing else can happen, that is a deadlock.
func TestDoneOfAContextWithoutEnd(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		err := newRuntime(t, eddy.Config{}, k).BlockOn(func(rt *eddy.Runtime) error {
			_, err := eddy.Await(rt, eddy.Done(context.Background()))
			return err
		})
		var deadlock *eddy.DeadlockError
		if !errors.As(err, &deadlock) || deadlock.Tasks[0].Wait != "the end of a context" {
			t.Errorf("BlockOn: %v", err)
		}
	})
}

// A wait for a context ends with its task, and the context forgets it.
func TestDoneInACancelledTask(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		ctx, _ := watchable(t)
		wait := func() (struct{}, error) { return eddy.Await(rt, eddy.Done(ctx)) }
		task := eddy.Spawn(rt, wait)
		untilWaiting(t, rt, 1)
		task.Cancel()
		if _, err := task.Join(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("the task has ended with %v", err)
		}
		err := rt.WithTimeout(time.Millisecond, func() error { _, err := wait(); return err })
		if !isTimeout(err) {
			t.Errorf("WithTimeout has ended with %v", err)
		}
		if _, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, eddy.Done(ctx))); !isTimeout(err) {
			t.Errorf("Timeout has ended with %v", err)
		}
		if ctx.watchers != 0 {
			t.Errorf("%d watches are left", ctx.watchers)
		}
	})
}
