package eddy

import (
	"reflect"
	"runtime"
	"runtime/debug"

	"github.com/eddy-go/eddy/future"
)

// Offload runs fn on a goroutine of its own, outside the loop, and is the future of its result: for what blocks (a
// file, another library's lock) or computes for long. fn must not touch what belongs to tasks. It begins with the first
// poll; at most Config.MaxOffload run at once, the others queue in order. Cancelling the future drops the result; a
// function that has begun runs to its end, and when the runtime ends it waits for that within Config.Grace. A panic in
// fn is raised again in the task that waits, as a *PanicError.
//
// Runtime.Offloads lists the functions. In profiles their goroutines have the labels "offload", the function's name, and
// "lane", besides those of the task that asked. From a task.
func Offload[T any](rt *Runtime, fn func() (T, error)) Future[T] {
	return &offload[T]{lane: &rt.offloads, fn: fn}
}

type offload[T any] struct {
	lane  *lane
	fn    func() (T, error)
	job   job // in the lane from the first poll on
	waker future.LocalWaker
	state waitState
	done  bool

	// Written by the goroutine before it posts the end, read by the loop afterwards.
	value    T
	err      error
	panicked *PanicError
}

func (o *offload[T]) Poll(cx *future.Context) (T, error) {
	var zero T
	switch {
	case o.state == waitEnded:
		future.PolledAfterDone("Offload")
	case o.state == waitFresh:
		o.state = waiting
		o.job.run, o.job.ended = o.run, o.ended
		if o.job.name == "" {
			o.job.name = functionOf(o.fn)
		}
		o.lane.submit(&o.job)
	case o.done:
		o.state = waitEnded
		if o.panicked != nil {
			panic(o.panicked)
		}
		return o.value, o.err
	}
	o.waker = cx.LocalWaker()
	return zero, future.Pending
}

// Cancel implements Future. A function that has not begun will not begin.
func (o *offload[T]) Cancel() {
	if o.state == waiting {
		o.lane.forget(&o.job)
	}
	o.state = waitEnded
	o.waker = future.LocalWaker{}
}

// String says what the wait is for, in task dumps.
func (o *offload[T]) String() string { return "offloaded " + functionOf(o.fn) }

// run is called on a goroutine of the lane.
func (o *offload[T]) run() {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			o.panicked = &PanicError{Value: v, Stack: debug.Stack()}
		} else {
			o.err = ErrGoexit
		}
	}()
	o.value, o.err = o.fn()
	returned = true
}

// ended is called on the loop.
func (o *offload[T]) ended() {
	o.done = true
	o.waker.Wake()
}

// outside gives a function its goroutine, which ends with the function: also by a Goexit in it, after the deferred
// call. In a simulation the loop stands still until the function has ended, and learns of it some virtual time later.
func (rt *Runtime) outside(run, post func()) {
	if rt.world != nil {
		rt.world.Offload(run, post)
		return
	}
	go func() {
		defer post()
		run()
	}()
}

func functionOf(fn any) string {
	return runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
}
