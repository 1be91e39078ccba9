package eddy

import (
	"fmt"
	"time"
)

// OffloadInfo describes a function that runs outside the loop, or waits to, at one moment.
type OffloadInfo struct {
	Name  string        // the function's, or what is looked up
	Lane  string        // "offload" for those of Offload, "lookup" for lookups of names
	State string        // "running" or "queued"
	For   time.Duration // how long it has been running or queueing
}

// String is one line of a dump.
func (i OffloadInfo) String() string {
	return fmt.Sprintf("%s: %s for %v", i.Name, i.State, i.For.Round(time.Millisecond))
}

// Offloads describes the functions outside the loop, lane by lane: those that run, in the order in which they began,
// then those that queue, in their order. One whose future was cancelled runs on and is listed. From a task.
func (rt *Runtime) Offloads() []OffloadInfo {
	infos := make([]OffloadInfo, 0, rt.inFlight())
	now := rt.reactor.Sample()
	for _, l := range rt.lanes() {
		for j := l.running.first; j != nil; j = j.next {
			infos = append(infos, OffloadInfo{j.name, l.name, "running", now - j.since})
		}
		for j := l.queued.first; j != nil; j = j.next {
			infos = append(infos, OffloadInfo{j.name, l.name, "queued", now - j.since})
		}
	}
	return infos
}

// LaneStats counts the functions of one lane outside the loop.
type LaneStats struct {
	Running  int    // now
	Queued   int    // now
	Finished uint64 // since the runtime was made, those whose result nobody wanted included
}

func (l *lane) stats() LaneStats { return LaneStats{l.running.n, l.queued.n, l.finished} }
