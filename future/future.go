// Package future says what a computation is: something that can be polled until it is done, and that arranges to be
// polled again while it is not.
//
// It knows no operating system, no thread and no scheduler. Whoever polls (an executor, a test) hands in a [Context];
// time reaches a future only through it. Futures, contexts and local wakers belong to the goroutine that polls; only
// [Waker] may travel to other goroutines.
package future

import (
	"errors"
	"fmt"
)

// A Future is a computation that will have a value of type T, or fail.
//
// A future is inert until its first Poll: it holds nothing, so one that was never polled needs no Cancel. Whoever
// polled it and stops before its final result calls Cancel once, between polls and never during one. A future that
// wraps another forwards Cancel to it.
type Future[T any] interface {
	// Poll advances the computation. Its error is Pending when the value is not there yet, and then it has arranged
	// for cx's waker to be woken when polling again can make progress; where several polls brought different wakers,
	// the latest counts. Any other error, or nil, is final: a finished future panics when it is polled again.
	Poll(cx *Context) (T, error)

	// Cancel releases what the future holds: when it returns, nothing of it is registered anywhere. Embed NoCancel
	// where there is nothing to release.
	Cancel()
}

// Pending is what Poll returns while the value is not there yet. It is a sentinel as io.EOF is: compared with ==,
// never wrapped.
//
//lint:ignore ST1012 as io.EOF, it is no failure; its name says what it is
var Pending = errors.New("future: pending (a Poll result, not a failure)")

// NoCancel is embedded by futures that hold nothing between polls.
type NoCancel struct{}

// Cancel does nothing.
func (NoCancel) Cancel() {}

// CheckFinal panics, naming f's type, if err is a wrapped Pending: somebody turned "not yet" into a failure, and a
// task would end where it should have waited. Executors and combinators call it once, on a final error.
func CheckFinal(f any, err error) {
	if err != nil && errors.Is(err, Pending) {
		panic(fmt.Sprintf("future: %T returned an error that wraps Pending (%v); return future.Pending itself", f, err))
	}
}

// PolledAfterDone is the panic of a future that was polled after its final result; name says which.
func PolledAfterDone(name string) {
	panic("future: " + name + " polled after its final result")
}
