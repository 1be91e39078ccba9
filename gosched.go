package eddy

import (
	"runtime"
	"sync/atomic"
	"time"
)

// schedulerPatience is how long the loop may keep Go's scheduler waiting while somebody outside is known to want to
// run. Measured: without this rule other goroutines starve for 20 to 40 ms at GOMAXPROCS=1.
const schedulerPatience = time.Millisecond

// runningLoops counts the loops of this process. It is a fact about the process, compared with GOMAXPROCS; no
// runtime's state is in it.
var runningLoops atomic.Int32

// letOthersRun gives the processor to other goroutines, if the loop is busy, holds the only processor left, and an
// offloaded function or the owner of a Handle may be waiting for it (F36). A wait that blocks does the same by itself.
func (rt *Runtime) letOthersRun(timeout time.Duration) {
	now := rt.reactor.Sample()
	if blocked := rt.kernel.Counters().Blocks; blocked != rt.schedBlock {
		rt.schedBlock, rt.schedAt = blocked, now
	}
	if now-rt.schedAt < schedulerPatience {
		return
	}
	rt.schedAt = now
	if rt.handles.Load() == 0 && rt.offloads.inFlight() == 0 {
		return
	}
	if runtime.GOMAXPROCS(0) <= int(runningLoops.Load()) {
		runtime.Gosched()
	}
}
