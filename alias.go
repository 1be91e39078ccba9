package eddy

import (
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/executor"
)

// Future is a computation that can be polled until it is done. Await polls one from a task; package future has what
// is needed to write one by hand. One future belongs to one awaiter and is used once: after its final result, or after
// its Cancel, it must not be polled again.
type Future[T any] = future.Future[T]

// JoinHandle is the way to a task's result. A panic of the task counts as seen once somebody joins it: Join returns it as
// an error, and nothing logs it. Its methods are for tasks:
//
//	Join() (T, error)   // waits for the task to end and returns its result
//	Joined() Future[T]  // a new future of the result; its Cancel only stops the waiting
//	Cancel()            // asks the task to end and returns at once
//	Done() bool         // reports whether the result is there
//	Named(name string) *JoinHandle[T]  // names the task, as Runtime.SetName does, and returns the handle
type JoinHandle[T any] = executor.JoinHandle[T]

// PanicError is the result of a task that panicked, as a *PanicError. Join returns it as an error; a Group's Wait, Await of an
// Async or an Offload, and BlockOn panic with it. Its fields:
//
//	Value any     // what was panicked
//	Stack []byte  // of the panic, as debug.Stack formats it
//
// Its methods:
//
//	Error() string  // the value and the stack
//	Unwrap() error  // the value, if it is an error
type PanicError = executor.PanicError

// TaskInfo describes a task at one moment. Its fields:
//
//	ID       uint64
//	Name     string         // the name that it was given, else Function
//	Function string         // the function that was spawned, with its place, or the future's type
//	State    string         // "ready", "running", "waiting", "done" or "canceled"
//	Wait     string         // what it waits for; "" if it does not, or if a hand-written future does not say
//	For      time.Duration  // how long it has been waiting; 0 for a hand-written future
//	Outside  bool           // what the runtime cannot see may end the wait: a Waker was taken
//
// Its String() string is one line of a task dump.
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
