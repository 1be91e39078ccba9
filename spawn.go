package eddy

import (
	"context"
	"time"

	"github.com/eddy-go/eddy/internal/executor"
)

// Spawn starts fn as a task of its own and returns at once; fn's first line runs after the current task has parked.
// Tasks that are ready together may run in any order (today, in that of their spawns and wakes), all of them before any
// that becomes ready later. The handle may be ignored: a panic that nobody joins goes to Config.OnPanic. While the
// runtime shuts down the task is refused: its handle has ended with ErrClosed. From a task.
func (rt *Runtime) Spawn(fn func()) *JoinHandle[struct{}] {
	rt.fromTask("Spawn")
	return executor.SpawnPlain(rt.exec, fn)
}

// Spawn is Runtime.Spawn for a function with a result, which Join returns. From a task.
func Spawn[T any](rt *Runtime, fn func() (T, error)) *JoinHandle[T] {
	rt.fromTask("Spawn")
	return executor.Spawn(rt.exec, fn)
}

// SpawnFuture starts a future as a task of its own. Without a coroutine it is the smallest task there is. From a task.
func SpawnFuture[T any](rt *Runtime, f Future[T]) *JoinHandle[T] {
	rt.fromTask("SpawnFuture")
	return executor.SpawnFuture(rt.exec, f)
}

// Async turns straight-line code into a future, to be raced, joined, timed out or awaited. It begins with the first
// poll. Cancelling the future unwinds the code: its waits return ErrCanceled, its deferred calls run. What waits even so,
// in a Shield or for the children of a Group that it has made, goes on by itself: nobody waits for that. From a task.
func Async[T any](rt *Runtime, fn func() (T, error)) Future[T] {
	return executor.Async(rt.exec, fn)
}

// Await waits for a future: it polls f until it is done, and parks the task in between. If the task is cancelled, it
// cancels f and returns ErrCanceled; in a WithTimeout that has expired, os.ErrDeadlineExceeded. From a task, in
// straight-line code; inside a future's Poll it panics.
func Await[T any](rt *Runtime, f Future[T]) (T, error) {
	return executor.Await(rt.exec, f)
}

// Yield lets every other ready task, and what the kernel has to report, come first. Its error is that of an interrupted
// wait. From a task.
func (rt *Runtime) Yield() error { return rt.exec.Yield() }

// Sleep parks the task for d, never less. From a task.
func (rt *Runtime) Sleep(d time.Duration) error {
	_, err := Await(rt, Sleep(d))
	return err
}

// WithTimeout runs fn in the current task and gives its waits the time d: after that every wait in fn, in whatever
// library it happens, returns os.ErrDeadlineExceeded. It returns what fn returns. Where timeouts nest, the earliest
// counts. Code that does not wait is not interrupted. From a task.
func (rt *Runtime) WithTimeout(d time.Duration, fn func() error) error {
	return rt.exec.WithTimeout(d, fn)
}

// Context returns the current task's context: it is cancelled when the task is cancelled or has ended, and when the
// innermost WithTimeout expires, whose deadline it tells. Its Err is then context.DeadlineExceeded. That of a context
// which derives from it is context.Canceled for all of these, but context.Cause tells. Deriving starts no goroutine.
// Never receive from a Done channel in a task, which blocks the loop: await Done(ctx). From a task.
func (rt *Runtime) Context() context.Context { return rt.exec.Context(rt.kernel.Start()) }

// Tasks describes all tasks, in the order of their spawns. From a task.
func (rt *Runtime) Tasks() []TaskInfo { return rt.exec.Tasks() }
