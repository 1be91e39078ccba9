//go:build unix

package eddy_test

import (
	"errors"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// wantLocal fails the test unless the current task has this value; ok says whether it has one at all.
func wantLocal[T comparable](t *testing.T, rt *eddy.Runtime, when string, l *eddy.Local[T], want T, ok bool) {
	t.Helper()
	if v, has := l.Get(rt); v != want || has != ok {
		t.Errorf("%s: %v, %v; want %v, %v", when, v, has, want, ok)
	}
}

// Each task has its own value of a Local, and each Local is one of its own.
func TestLocalIsATasksOwn(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var user, other eddy.Local[string]
		wantLocal(t, rt, "at first", &user, "", false)
		user.Set(rt, "main")
		wantLocal(t, rt, "set", &user, "main", true)
		wantLocal(t, rt, "another of the type", &other, "", false)

		tasks := []*eddy.JoinHandle[struct{}]{}
		for _, name := range []string{"a", "b", "c"} {
			tasks = append(tasks, rt.Spawn(func() {
				wantLocal(t, rt, "inherited", &user, "main", true)
				user.Set(rt, name)
				must(t, rt.Yield())
				wantLocal(t, rt, "after a wait", &user, name, true)
				_, err := eddy.Spawn(rt, func() (int, error) {
					wantLocal(t, rt, "a grandchild", &user, name, true)
					return 0, nil
				}).Join()
				must(t, err)
			}))
		}
		user.Set(rt, "set after the spawn")
		for _, task := range tasks {
			task.Join()
		}
		wantLocal(t, rt, "in the end", &user, "set after the spawn", true)
	})
}

// Coroutines and futures that the task awaits see its values, and what they set is the task's.
func TestLocalInNestedFutures(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var depth eddy.Local[int]
		depth.Set(rt, 1)
		_, err := eddy.Await(rt, eddy.Async(rt, func() (int, error) {
			wantLocal(t, rt, "nested", &depth, 1, true)
			depth.Set(rt, 2)
			return 0, nil
		}))
		must(t, err)
		_, err = eddy.Await(rt, eddy.Future[struct{}](pollFunc{fn: func() {
			wantLocal(t, rt, "in a Poll", &depth, 2, true)
			depth.Set(rt, 3)
		}}))
		must(t, err)
		wantLocal(t, rt, "after it", &depth, 3, true)
		_, err = eddy.SpawnFuture(rt, eddy.Future[struct{}](pollFunc{fn: func() {
			wantLocal(t, rt, "in a task without a coroutine", &depth, 3, true)
			depth.Set(rt, 4)
		}})).Join()
		must(t, err)
		wantLocal(t, rt, "after that", &depth, 3, true)
		_, err = eddy.Await(rt, future.Race(future.Ready(1), future.Ready(2)))
		must(t, err)
	})
}

// A nil error is a value; a zero Local of another type stands beside it.
func TestLocalOfAnInterface(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var last eddy.Local[error]
		wantLocal(t, rt, "at first", &last, nil, false)
		last.Set(rt, nil)
		wantLocal(t, rt, "nil", &last, nil, true)
		last.Set(rt, eddy.ErrBusy)
		wantLocal(t, rt, "an error", &last, eddy.ErrBusy, true)
		locals := new([2]eddy.Local[struct{}]) // without a size they would share one address
		locals[0].Set(rt, struct{}{})
		wantLocal(t, rt, "a neighbour", &locals[1], struct{}{}, false)
	})
}

// The children of a group inherit from whoever starts them.
func TestLocalInAGroup(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var user eddy.Local[string]
		user.Set(rt, "main")
		g := rt.Group()
		g.Go(func() error {
			wantLocal(t, rt, "a child", &user, "main", true)
			user.Set(rt, "child")
			g.Go(func() error {
				wantLocal(t, rt, "a child's sibling", &user, "child", true)
				return nil
			})
			return nil
		})
		must(t, g.Wait())
		wantLocal(t, rt, "the maker", &user, "main", true)
	})
}

// What another goroutine has spawned inherits nothing, whichever task runs at the time.
func TestLocalIsNotInheritedFromOutside(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var user eddy.Local[string]
		user.Set(rt, "main")
		h := rt.Handle()
		defer h.Release()
		seen := false
		must(t, h.Spawn(func() {
			wantLocal(t, rt, "from a Handle", &user, "", false)
			seen = true
		}))
		until(t, rt, "the function runs", func() bool { return seen })
	})
}

// A deferred call of a cancelled task still has the task's values.
func TestLocalInACancelledTask(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var user eddy.Local[string]
		task := eddy.Spawn(rt, func() (string, error) {
			user.Set(rt, "a")
			_, err := eddy.Await(rt, eddy.Async(rt, func() (int, error) {
				defer wantLocal(t, rt, "in a deferred call", &user, "a", true)
				return 0, rt.Sleep(1 << 60)
			}))
			v, _ := user.Get(rt)
			return v, err
		})
		must(t, rt.Yield())
		task.Cancel()
		if v, err := task.Join(); v != "a" || !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("%q, %v", v, err)
		}
	})
}

// Without a task there are no values: Get and Set panic.
func TestLocalNeedsATask(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var user eddy.Local[string]
		rt := newRuntime(t, eddy.Config{}, k)
		get, set := func() { user.Get(rt) }, func() { user.Set(rt, "nobody") }
		wantPanic(t, "Get", get, "no task running", "Handle.Spawn")
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				wantPanic(t, "Get", get, "from another goroutine")
				wantPanic(t, "Set", set, "from another goroutine")
			}()
			<-ended
		})
		wantPanic(t, "Set after the end", set, "no task running")
	})
}

// A task that looks for a value that it has, or has not, allocates nothing.
func TestLocalGetAllocatesNothing(t *testing.T) {
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		var user, other eddy.Local[string]
		user.Set(rt, "main")
		if n := testing.AllocsPerRun(100, func() { user.Get(rt); other.Get(rt) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
