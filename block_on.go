package eddy

import (
	"errors"
	"runtime"
	"strings"

	"github.com/eddy-go/eddy/internal/executor"
)

// BlockOn makes a runtime with the zero Config, runs fn on it and ends it: see Runtime.BlockOn.
func BlockOn(fn func(rt *Runtime) error) error {
	outsideTasks() // before New opens what nobody would close
	rt, err := New(Config{})
	if err != nil {
		return err
	}
	return rt.BlockOn(fn)
}

// BlockOn runs the loop on the calling goroutine, with fn as its main task, until fn returns; then it ends all other
// tasks (they are cancelled and have Config.Grace to end) and returns fn's error. When BlockOn returns, no goroutine,
// descriptor, task or timer of the runtime is left, with one exception: an offloaded function that takes longer than the
// grace still runs, and the error names it.
//
// If nothing can ever happen again while fn still waits, the error is a *DeadlockError. After a panic of fn, BlockOn panics
// with the *PanicError, and a Goexit of fn ends the calling goroutine, both after everything has been cleaned up.
//
// A runtime runs once; BlockOn inside a task panics. The thread is locked to the goroutine while the loop runs.
func (rt *Runtime) BlockOn(fn func(rt *Runtime) error) error {
	_, err := blockOn(rt, func() *JoinHandle[struct{}] {
		return executor.SpawnMain(rt.exec, fn, func() (struct{}, error) { return struct{}{}, fn(rt) })
	})
	return err
}

// BlockOnFuture is Runtime.BlockOn with a future as the main task, and returns its result. A hand-written future needs
// no coroutine, and neither does the runtime then.
func BlockOnFuture[T any](rt *Runtime, f Future[T]) (T, error) {
	return blockOn(rt, func() *JoinHandle[T] { return executor.SpawnFuture(rt.exec, f) })
}

func blockOn[T any](rt *Runtime, spawn func() *JoinHandle[T]) (T, error) {
	outsideTasks()
	if !rt.phase.CompareAndSwap(phaseFresh, phaseStarting) {
		var zero T
		return zero, ErrClosed
	}
	if rt.kernel.BlocksThread() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	if rt.world == nil { // a simulated loop holds no processor while it waits
		runningLoops.Add(1)
		defer runningLoops.Add(-1)
	}

	rt.exec.Enter()
	rt.phase.Store(phaseRunning) // from now on others may ask who the loop is
	defer rt.watchPolls()()
	main := spawn()
	executor.Own(main)
	// A Goexit inside a hand-written future's Poll unwinds this goroutine: end the runtime on the way.
	var loopErr, endErr error
	func() {
		defer func() { endErr = rt.end() }()
		loopErr = rt.run(func() bool { return rt.stopAsked || main.Done() })
	}()

	value, ending, err := executor.Result(main)
	switch {
	case ending == executor.Exited:
		runtime.Goexit()
	case ending == executor.Panicked:
		panic(err)
	case loopErr != nil:
		err = loopErr
	}
	if endErr != nil {
		err = errors.Join(err, endErr)
	}
	return value, err
}

// outsideTasks panics if the calling goroutine is a task's, or polls one: then the executor stands on its stack.
func outsideTasks() {
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		if n == 0 {
			return
		}
		frames := runtime.CallersFrames(pcs[:n])
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			if strings.HasSuffix(frame.Function, "internal/executor.(*worker).carry") || strings.HasSuffix(frame.Function, "internal/executor.(*Executor).poll") {
				panic("eddy: BlockOn inside a task would stop the loop that runs it: use Spawn, Async or Await")
			}
		}
	}
}
