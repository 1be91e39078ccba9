package executor

import "github.com/eddy-go/eddy/future"

// async is a Coroutine with the type of its result: what Async returns.
type async[T any] struct {
	Coroutine
	room  few // what its own returns: it has a parent
	fn    func() (T, error)
	value T
	err   error
}

// Async turns straight-line code into a future. The code begins at the first poll; it may wait wherever Await is
// called, and only while it is polled.
func Async[T any](ex *Executor, fn func() (T, error)) future.Future[T] {
	a := &async[T]{fn: fn}
	a.ex, a.body, a.few = ex, a, &a.room
	return a
}

func (a *async[T]) run() { a.value, a.err = a.fn() }

// release lets go of what the code and its result hold, once both have been made use of.
func (a *async[T]) release() {
	var zero T
	a.fn, a.value, a.err = nil, zero, nil
}

func (a *async[T]) membership() *member { return nil }

func (a *async[T]) entry() uintptr { return entryOf(a.fn) }

// Poll resumes the code. A panic in it comes out of Poll as a *PanicError, a Goexit as ErrGoexit.
func (a *async[T]) Poll(cx *future.Context) (T, error) {
	var zero T
	a.checkPoll("Async")
	a.resume(cx)
	if a.phase == parked && !a.orphan {
		return zero, future.Pending
	}
	return a.outcome()
}

// outcome returns the result of code that was resumed and will not be polled again: it has ended, or it was cancelled
// while it ran and has parked all the same.
func (a *async[T]) outcome() (T, error) {
	var zero T
	switch {
	case a.phase == parked:
		a.ex.adopt(&a.Coroutine)
		return zero, ErrCanceled
	case a.room.panicked != nil:
		panic(a.room.panicked)
	case a.room.exited():
		return zero, ErrGoexit
	case a.room.goexited:
		return zero, ErrCanceled
	}
	future.CheckFinal(a, a.err) // Pending itself too: it would make whoever awaits the code wait for ever
	return a.value, a.err
}
