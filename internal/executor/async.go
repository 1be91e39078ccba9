package executor

import "github.com/eddy-go/eddy/future"

// async is a Coroutine with the type of its result: what Async returns.
type async[T any] struct {
	Coroutine
	fn    func() (T, error)
	plain func() // in place of fn where there is no result
	value T
	err   error
}

// Async turns straight-line code into a future. The code begins at the first poll; it may wait wherever Await is
// called, and only while it is polled.
func Async[T any](ex *Executor, fn func() (T, error)) future.Future[T] {
	a := &async[T]{fn: fn}
	a.bind(ex)
	return a
}

func (a *async[T]) bind(ex *Executor) {
	a.ex = ex
	a.body = a
}

func (a *async[T]) run() {
	if a.plain != nil {
		a.plain()
		return
	}
	a.value, a.err = a.fn()
}

// release lets go of what the code and its result hold, once both have been made use of.
func (a *async[T]) release() {
	var zero T
	a.fn, a.plain, a.value, a.err = nil, nil, zero, nil
}

func (a *async[T]) membership() *member { return nil }

func (a *async[T]) entry() any {
	if a.plain != nil {
		return a.plain
	}
	return a.fn
}

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
	case a.panicked != nil:
		panic(a.panicked)
	case a.goexited && a.forced:
		return zero, ErrCanceled
	case a.goexited:
		return zero, ErrGoexit
	}
	future.CheckFinal(a, a.err) // Pending itself too: it would make whoever awaits the code wait for ever
	return a.value, a.err
}
