package executor

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrCanceled is what every wait in a cancelled task returns. It wraps context.Canceled.
var ErrCanceled = fmt.Errorf("eddy: task canceled: %w", context.Canceled)

// ErrGoexit is the result of a task that ended by runtime.Goexit, as testing.T.FailNow does.
var ErrGoexit = errors.New("eddy: task ended by runtime.Goexit")

// ErrClosed is the result of what is asked of a runtime that shuts down or has ended.
var ErrClosed = errors.New("eddy: runtime closed")

// ErrBusy is the result of a spawn from another goroutine while too many wait already.
var ErrBusy = errors.New("eddy: too many spawned functions are waiting for the loop; try again later")

// errSelfJoin is the result of a task that joins itself: the join could never end.
var errSelfJoin = errors.New("eddy: a task cannot join itself")

// PanicError is the result of a task that panicked.
type PanicError struct {
	Value any    // what was panicked
	Stack []byte // of the panic, as debug.Stack formats it
}

// Error returns the panic's value and its stack: whoever prints it wants to know where.
func (e *PanicError) Error() string {
	return fmt.Sprintf("eddy: task panicked: %v\n\n%s", e.Value, e.Stack)
}

// Unwrap returns the panic's value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// asPanicError makes a PanicError of a recovered value. It is called while the panic's stack still stands. A panic
// that comes from a nested coroutine has its own stack already.
func asPanicError(value any) *PanicError {
	if e, ok := value.(*PanicError); ok {
		return e
	}
	return &PanicError{Value: value, Stack: debug.Stack()}
}
