package eddy

import (
	"errors"
	"fmt"
	"time"

	"github.com/eddy-go/eddy/future"
)

// end ends the runtime: no task, socket, timer, coroutine or descriptor of it is left when it returns. Its error says
// what could not be ended.
func (rt *Runtime) end() error {
	// Every step of the loop below sees a stuck task as one that may still end: no deadlock is reported while a timer
	// is armed, and this one is.
	deadline := future.After(rt.reactor.Now(), rt.config.Grace)
	timer := rt.reactor.Arm(deadline, future.LocalWaker{})
	graceOver := func() bool { return rt.reactor.Sample() >= deadline }

	// Refuse new tasks and cancel all others. Each gets at least one poll, even without grace.
	rt.exec.Refuse()
	rt.exec.CancelAll()
	rt.exec.PollAll()
	err := rt.run(func() bool { return rt.exec.Live() == 0 || graceOver() })

	// Force what is left: its waits end it. Code that never waits cannot be ended by anybody.
	if rt.exec.Live() > 0 {
		rt.exec.Force()
		rt.reactor.Disarm(timer)
		timer = rt.reactor.Arm(future.Never, future.LocalWaker{})
		if forceErr := rt.run(func() bool { return rt.exec.Live() == 0 }); err == nil {
			err = forceErr
		}
		// Where the kernel's wait has failed, the loop has stopped early. What is forced needs no kernel to end.
		for rt.exec.Live() > 0 && rt.exec.Ready()+rt.exec.Yielded() > 0 {
			rt.exec.WakeYielded()
			rt.exec.PollAll()
		}
		rt.reactor.Disarm(timer)
		timer = rt.reactor.Arm(deadline, future.LocalWaker{})
	}

	// What outlives the tasks: sockets that they forgot, last bytes on their way, functions on other goroutines.
	rt.closeSockets()
	if err == nil {
		err = rt.run(func() bool { return rt.linger.len() == 0 && rt.inFlight() == 0 || graceOver() })
	}
	rt.linger.closeAll()
	rt.reactor.Disarm(timer)
	err = errors.Join(err, rt.unfinished())

	rt.exec.StopIdle()
	if err == nil {
		err = rt.leftBehind()
	}
	rt.phase.Store(phaseEnded)
	rt.exec.CloseInbox(func() {
		if endErr := rt.kernel.End(); err == nil {
			err = endErr
		}
	})
	rt.dials.endAll()
	return err
}

// leftBehind says what outlived the end: a future whose Cancel does not disarm its timer, or does not reach the Async
// inside it, or a bug of eddy.
func (rt *Runtime) leftBehind() error {
	tasks, coroutines := rt.exec.Live(), rt.exec.Coroutines()
	sources, timers := rt.reactor.Sources(), rt.reactor.Timers()
	if tasks+coroutines+sources+timers == 0 {
		return nil
	}
	return fmt.Errorf("eddy: the runtime has ended with %d tasks, %d coroutines, %d sources and %d timers left: does each future's Cancel release what it holds?", tasks, coroutines, sources, timers)
}

// Now returns the time of this runtime's clock, for SetDeadline: the wall clock when the runtime was made plus the
// monotonic time since then. From a task.
func (rt *Runtime) Now() time.Time { return rt.kernel.Start().Add(rt.reactor.Now()) }
