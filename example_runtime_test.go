package eddy_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

func ExampleBlockOn() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		fmt.Println("hello from a task")
		return rt.Sleep(time.Millisecond)
	})
	fmt.Println(err)
	// Output:
	// hello from a task
	// <nil>
}

func ExampleNew() {
	rt, err := eddy.New(eddy.Config{Grace: 5 * time.Second, CheckThread: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rt.BlockOn(func(rt *eddy.Runtime) error { return nil }))
	fmt.Println(rt.BlockOn(func(rt *eddy.Runtime) error { return nil }))
	// Output:
	// <nil>
	// eddy: runtime closed
}

func ExampleBlockOnFuture() {
	rt, err := eddy.New(eddy.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(eddy.BlockOnFuture(rt, future.Ready(42)))
	// Output: 42 <nil>
}

func ExampleRuntime_Spawn() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		counter := 0 // shared without a lock: one task runs at a time
		var tasks []*eddy.JoinHandle[struct{}]
		for range 10 {
			tasks = append(tasks, rt.Spawn(func() { counter++ }))
		}
		for _, task := range tasks {
			task.Join()
		}
		fmt.Println(counter)
		return nil
	})
	// Output: 10
}

func ExampleSpawn() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		task := eddy.Spawn(rt, func() (string, error) {
			err := rt.Sleep(time.Millisecond)
			return "slept", err
		})
		fmt.Println(task.Done())
		fmt.Println(task.Join())
		return nil
	})
	// Output:
	// false
	// slept <nil>
}

func ExampleSpawnFuture() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		task := eddy.SpawnFuture(rt, eddy.Sleep(time.Millisecond)) // no coroutine
		_, err := task.Join()
		fmt.Println(err)
		return nil
	})
	// Output: <nil>
}

func ExampleJoinHandle() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		task := rt.Spawn(func() {
			defer fmt.Println("its deferred calls have run")
			err := rt.Sleep(time.Hour)
			fmt.Println(err, errors.Is(err, eddy.ErrCanceled), errors.Is(err, context.Canceled))
		})
		rt.Yield()
		task.Cancel()
		task.Join()
		return nil
	})
	// Output:
	// eddy: task canceled: context canceled true true
	// its deferred calls have run
}

func ExampleAsync() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		fetch := func(name string, d time.Duration) eddy.Future[string] {
			return eddy.Async(rt, func() (string, error) { return name, rt.Sleep(d) })
		}
		both, err := eddy.Await(rt, future.Join2(fetch("this", 2*time.Millisecond), fetch("that", time.Millisecond)))
		fmt.Println(both.First, both.Second, err)
		first, err := eddy.Await(rt, future.Race(fetch("slow", time.Hour), fetch("fast", time.Millisecond)))
		fmt.Println(first, err)
		return nil
	})
	// Output:
	// this that <nil>
	// fast <nil>
}

func ExampleRuntime_Yield() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		rt.Spawn(func() { fmt.Println("another task") })
		rt.Yield()
		fmt.Println("and then this one")
		return nil
	})
	// Output:
	// another task
	// and then this one
}

func ExampleRuntime_WithTimeout() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		err := rt.WithTimeout(time.Millisecond, func() error {
			return rt.Sleep(time.Hour) // or any library that waits
		})
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
		return nil
	})
	// Output: true
}

func ExampleRuntime_Context() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		return rt.WithTimeout(time.Millisecond, func() error {
			ctx := rt.Context() // for a library that wants one
			_, limited := ctx.Deadline()
			rt.Sleep(time.Hour)
			fmt.Println(limited, context.Cause(ctx))
			return nil
		})
	})
	// Output: true context deadline exceeded
}

func ExampleRuntime_Tasks() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		rt.Spawn(func() { rt.Sleep(time.Hour) })
		rt.Yield()
		for _, task := range rt.Tasks() {
			fmt.Println(task.ID, task.State, task.Wait != "")
		}
		return nil
	})
	// Output:
	// 1 running false
	// 2 waiting true
}

func ExampleRuntime_Stats() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		rt.Spawn(func() {}).Join()
		s := rt.Stats()
		fmt.Println(s.Tasks, s.Spawned, s.Panics, s.Kernel.Receives)
		return nil
	})
	// Output: 1 2 0 0
}

// forgotten is a future whose author forgot to keep the waker.
type forgotten struct{ future.NoCancel }

func (forgotten) Poll(*future.Context) (int, error) { return 0, future.Pending }

func ExampleDeadlockError() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		_, err := eddy.SpawnFuture(rt, forgotten{}).Join()
		return err
	})
	var deadlock *eddy.DeadlockError
	if errors.As(err, &deadlock) {
		fmt.Println(strings.SplitN(err.Error(), "\n", 2)[0])
		fmt.Println(deadlock.Tasks[0].Wait)
	}
	// Output:
	// eddy: deadlock: all 2 tasks wait and nothing can wake them
	// task 2 (eddy_test.forgotten)
}

func ExamplePanicError() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		_, err := rt.Spawn(func() { panic("one client's") }).Join()
		var panicked *eddy.PanicError
		fmt.Println(errors.As(err, &panicked), panicked.Value, len(panicked.Stack) > 0)
		return nil // the runtime goes on
	})
	// Output: true one client's true
}
