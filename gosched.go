package eddy

import (
	"runtime"
	"sync/atomic"
	"time"
)

// How long the loop may keep Go's scheduler waiting. Measured: without this rule other goroutines starve for 20 to 40 ms at
// GOMAXPROCS=1. A turn of theirs costs the loop, which is locked to its thread, two switches of threads: every millisecond
// that was 1.7 % of a busy server's time (measured).
const (
	workPatience   = time.Millisecond     // while somebody works for us
	handlePatience = 2 * time.Millisecond // while there are only Handles, whose owners may have nothing to do
)

// runningLoops counts the loops of this process. It is a fact about the process, compared with GOMAXPROCS; no
// runtime's state is in it.
var runningLoops atomic.Int32

// letOthersRun gives the processor to other goroutines from time to time, if the loop may hold the only one left, and
// an offloaded function or the owner of a Handle may be waiting for it (F36). A wait in the kernel is no substitute: one
// that ends within microseconds keeps the processor, though it passed through the scheduler's hooks. A goroutine that was
// given something in this turn gets it at once: it has been waiting for it, and will have the next thing to do for us.
func (rt *Runtime) letOthersRun() {
	if rt.world != nil { // it decides who runs when
		return
	}
	now := rt.reactor.Sample()
	waited := now - rt.yieldedAt
	if waited < workPatience && !rt.answered {
		return
	}
	working := rt.answered || rt.inFlight() > 0
	rt.answered = false
	if !working && (waited < handlePatience || rt.handles.Load() == 0) {
		return
	}
	rt.yieldedAt = now
	if runtime.GOMAXPROCS(0) <= int(runningLoops.Load()) {
		runtime.Gosched()
	}
}
