package eddy

import (
	"sync/atomic"
	"time"

	"github.com/eddy-go/eddy/internal/executor"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// The loop's tuning. None of these numbers is promised; what is promised stands at run.
const (
	// pollsPerTurn is how many tasks are polled before the kernel is asked again. Picked: one batch of events.
	pollsPerTurn = 256
	// firesPerTurn is how many timers wake somebody before the kernel is asked again. Picked, as above.
	firesPerTurn = 1024
)

// Runtime is one loop: its tasks, its sockets, its timers. It is made by New or BlockOn and runs once. Its methods
// are for its tasks; Handle returns what other goroutines may hold.
type Runtime struct {
	config  Config
	kernel  kernel.Kernel
	world   kernel.Simulated // the kernel, if it is a simulated one; else nil
	exec    *executor.Executor
	reactor *reactor.Reactor

	linger   lingerList   // closed sockets whose last bytes are on their way
	offloads lane         // functions on other goroutines
	lookups  lane         // of names, likewise
	dials    outsideDials // of goroutines
	buffers  spares[[bufferSize]byte]
	writes   spares[WriteFuture]
	leftover leftover
	stats    runtimeCounts // what no layer below counts

	phase     atomic.Int32 // fresh, starting, running, ended: also read by other goroutines
	handles   atomic.Int32 // open Handles
	answered  bool         // since letOthersRun: a goroutine has got what it was waiting for
	stopAsked bool         // by Handle.Shutdown
	turns     uint64
	yieldedAt time.Duration // when letOthersRun last found that it was time
}

// The phases of a Runtime.
const (
	phaseFresh int32 = iota
	phaseStarting
	phaseRunning
	phaseEnded
)

// New makes a runtime on the operating system's kernel. BlockOn runs it, and gives back the kernel's descriptors when it
// ends; a runtime that never runs keeps them. The error wraps errors.ErrUnsupported on systems without epoll or kqueue.
func New(c Config) (*Runtime, error) {
	k, err := kernel.New()
	if err != nil {
		return nil, err
	}
	return NewWithKernel(c, k), nil
}

// NewWithKernel makes a runtime on a given kernel, which it owns from now on. The type of k keeps it inside this
// module: a simulated kernel parks the whole runtime in its Wait. In place of Go's scheduler it also chooses among ready
// tasks and carries offloaded functions.
func NewWithKernel(c Config, k kernel.Kernel) *Runtime {
	rt := &Runtime{config: c.withDefaults(), kernel: k, reactor: reactor.New(k)}
	options := executor.Options{
		Clock:       rt.reactor,
		WakeLoop:    k.Wake,
		OnPanic:     rt.config.OnPanic,
		MaxSpawns:   rt.config.MaxPosted,
		ThreadID:    k.ThreadID,
		CheckThread: rt.config.CheckThread,
	}
	if world, ok := k.(kernel.Simulated); ok {
		rt.world, options.Pick = world, world.Pick
	}
	rt.exec = executor.New(options)
	rt.linger.rt = rt
	rt.buffers.most, rt.writes.most = maxSpareBuffers, maxSpareWrites
	rt.offloads = lane{rt: rt, name: "offload", limit: rt.config.MaxOffload}
	rt.lookups = lane{rt: rt, name: "lookup", limit: rt.config.MaxLookups}
	return rt
}

// run is the loop. It returns when over reports true, or when nothing can ever happen again.
//
// What tasks may rely on: tasks that are ready together may be polled in any order (today, in that of their wakes), all
// of them before any task that becomes ready later. Together are those that are ready when the last of the ones before
// has been polled: between a wake and the poll that follows, no other task is polled more than twice. Who yields comes
// behind whom the kernel wakes. The kernel is asked again after a bounded number of polls, however many tasks are ready
// and however busy they are. A timer fires at the first turn after its deadline and never before it.
func (rt *Runtime) run(over func() bool) error {
	for {
		rt.turns++
		// 1. Take in what other threads left: woken tasks, spawned functions.
		rt.exec.TakeIn()
		// 2. Poll tasks: those that are ready, so many at most before the kernel is asked again.
		rt.exec.PollReady(pollsPerTurn)
		if rt.linger.ready() > 0 {
			rt.linger.drain()
		}
		// 3. Fire the timers that are due. Where none is armed, nobody asks what time it is.
		if rt.reactor.Timers() > 0 {
			rt.reactor.Refresh()
			rt.reactor.FireTimers(firesPerTurn)
		}
		if over() {
			return nil
		}
		// 4. Wait in the kernel: not at all if a task is ready, else until the next timer, else for ever.
		timeout, err := rt.timeout()
		if err != nil {
			return err
		}
		rt.letOthersRun()
		// 5. Turn events into readiness and wakes.
		if err := rt.reactor.Wait(timeout); err != nil {
			return err
		}
		rt.exec.WakeYielded()
	}
}

// timeout returns how long step 4 may wait; negative is for ever. Its error is a *DeadlockError.
func (rt *Runtime) timeout() (time.Duration, error) {
	if rt.exec.Ready()+rt.exec.Yielded()+rt.linger.ready() > 0 {
		return 0, nil
	}
	if rt.world != nil && rt.exec.OutsideWaits() {
		rt.world.Settle() // whoever is about to wake a task does so before the loop looks, or not before it sleeps
	}
	timeout := rt.reactor.NextWait()
	// First the question whether anybody outside may still have something to say, then the look at what they have
	// said: the other way round, a Handle.Spawn and its Release could fall in between.
	stuck := timeout < 0 && rt.deadlocked()
	if timeout == 0 || !rt.exec.FallAsleep() {
		return 0, nil
	}
	if stuck {
		return 0, &DeadlockError{Tasks: rt.exec.Tasks()}
	}
	return timeout, nil
}
