package eddy

import (
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/executor"
)

// Future is a computation that can be polled until it is done. Await polls one from a task; package future has what
// is needed to write one by hand.
type Future[T any] = future.Future[T]

// JoinHandle is the way to a task's result: Join waits for it, Joined returns a future of it, Cancel asks the task to
// end. Its methods are for tasks.
type JoinHandle[T any] = executor.JoinHandle[T]

// PanicError is the result of a task that panicked: the value and the stack of the panic.
type PanicError = executor.PanicError

// TaskInfo describes a task at one moment: what it runs, whether it waits, for what, and since when.
type TaskInfo = executor.TaskInfo

var (
	// ErrCanceled is what every wait in a cancelled task returns. It wraps context.Canceled.
	ErrCanceled = executor.ErrCanceled
	// ErrGoexit is the result of a task that ended by runtime.Goexit, as testing.T.FailNow does.
	ErrGoexit = executor.ErrGoexit
	// ErrClosed is the result of what is asked of a runtime that shuts down or has ended.
	ErrClosed = executor.ErrClosed
	// ErrBusy is the result of Handle.Spawn while Config.MaxPosted functions wait already.
	ErrBusy = executor.ErrBusy
)
