package eddy

import (
	"github.com/eddy-go/eddy/internal/kernel"
)

// Stats is what a runtime has counted since it was made, and what it holds now.
type Stats struct {
	Turns uint64 // of the loop
	Polls uint64 // of tasks
	Wakes uint64 // that made a task ready
	Posts uint64 // wakes and functions from other goroutines
	Kicks uint64 // of these, how many ended the loop's wait

	Spawned uint64 // tasks, since the start
	Tasks   int    // now
	Sources int    // registered descriptors, now
	Timers  int    // armed, now
	Closing int    // closed sockets whose last bytes are on their way, now

	BytesIn  uint64 // that streams have read
	BytesOut uint64 // that streams have written: that the kernel has taken

	Offloads LaneStats // functions of Offload
	Lookups  LaneStats // of names, one for each family of addresses

	Panics         uint64 // of tasks
	RejectedEvents uint64 // events for a descriptor that was gone
	AcceptBackoffs uint64 // pauses of a listener for want of descriptors or memory
	Timeouts       uint64 // operations that ended by a stream's deadline, its idle timeout or a WithTimeout

	Kernel KernelCalls
}

// KernelCalls counts system calls by kind.
type KernelCalls = kernel.Counters

// runtimeCounts is what no layer below the runtime can count.
type runtimeCounts struct {
	bytesIn        uint64
	bytesOut       uint64
	timeouts       uint64
	acceptBackoffs uint64
}

// Stats returns the counters. From a task.
func (rt *Runtime) Stats() Stats {
	c := rt.exec.Counts()
	return Stats{
		Turns:          rt.turns,
		Polls:          c.Polls,
		Wakes:          c.Wakes,
		Posts:          c.Posts,
		Kicks:          c.Kicks,
		Spawned:        c.Spawns,
		Tasks:          rt.exec.Live(),
		Sources:        rt.reactor.Sources(),
		Timers:         rt.reactor.Timers(),
		Closing:        rt.linger.len(),
		BytesIn:        rt.stats.bytesIn,
		BytesOut:       rt.stats.bytesOut,
		Offloads:       rt.offloads.stats(),
		Lookups:        rt.lookups.stats(),
		Panics:         c.Panics,
		RejectedEvents: rt.reactor.Rejected(),
		AcceptBackoffs: rt.stats.acceptBackoffs,
		Timeouts:       rt.stats.timeouts + c.Timeouts,
		Kernel:         *rt.kernel.Counters(),
	}
}

// KernelName names the mechanism by which the loop waits: "epoll", "kqueue". From a task, or before BlockOn.
func (rt *Runtime) KernelName() string { return rt.kernel.Name() }
