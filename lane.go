package eddy

import (
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"time"
)

// A lane bounds the goroutines that run functions outside the loop. Each kind of function has a lane of its own, so
// that one kind, however slow, keeps no other waiting (F23). It belongs to the loop.
type lane struct {
	rt       *Runtime
	name     string
	limit    int
	running  jobList // each has a goroutine; in the order in which they began
	queued   jobList // in the order of their coming
	finished uint64
}

// A job is a function in a lane: it queues, then it runs.
type job struct {
	name   string
	run    func()          // on a goroutine of the lane
	ended  func()          // on the loop
	stop   func()          // asks run to end soon; nil: it cannot be asked
	labels context.Context // what profiles show of the task that asked
	since  time.Duration   // when it came, or began

	list       *jobList // that it stands in; nil: it has ended, or was forgotten
	next, prev *job
}

// len returns how many functions run or wait to run.
func (l *lane) len() int { return l.running.n + l.queued.n }

func (l *lane) submit(j *job) {
	j.labels = l.rt.exec.Labels()
	if l.running.n >= l.limit {
		j.since = l.rt.reactor.Sample()
		l.queued.add(j)
		return
	}
	l.start(j)
}

// start has the job run.
func (l *lane) start(j *job) {
	j.since = l.rt.reactor.Sample()
	l.running.add(j)
	labels := pprof.WithLabels(j.labels, pprof.Labels("lane", l.name, "offload", j.name))
	run := func() {
		pprof.SetGoroutineLabels(labels) // in place of what the goroutine has from whoever happened to start it
		j.run()
	}
	l.rt.outside(run, func() { l.rt.exec.Post(func() { l.finish(j) }) })
}

func (l *lane) finish(j *job) {
	l.running.remove(j)
	l.finished++
	j.ended()
	if next := l.queued.first; next != nil {
		l.queued.remove(next)
		l.start(next)
	}
}

// forget drops a job that waits to run, and asks one that runs to end.
func (l *lane) forget(j *job) {
	if j.list == &l.queued {
		l.queued.remove(j)
	}
	if j.stop != nil {
		j.stop()
	}
}

// lanes are those of a runtime.
func (rt *Runtime) lanes() [2]*lane { return [...]*lane{&rt.offloads, &rt.lookups} }

// inFlight returns how many functions run or wait to run outside the loop.
func (rt *Runtime) inFlight() int { return rt.offloads.len() + rt.lookups.len() }

// unfinished names the functions that did not end in time.
func (rt *Runtime) unfinished() error {
	var names []string
	for _, l := range rt.lanes() {
		for j := l.running.first; j != nil; j = j.next {
			names = append(names, j.name)
		}
	}
	if names == nil {
		return nil
	}
	return fmt.Errorf("eddy: what was offloaded still runs after the grace period: %s", strings.Join(names, ", "))
}

// jobList is a queue from whose middle a job can be taken at once. A job stands in one list at most.
type jobList struct {
	first, last *job
	n           int
}

func (l *jobList) add(j *job) {
	j.list, j.prev = l, l.last
	if l.last == nil {
		l.first = j
	} else {
		l.last.next = j
	}
	l.last = j
	l.n++
}

func (l *jobList) remove(j *job) {
	if j.prev == nil {
		l.first = j.next
	} else {
		j.prev.next = j.next
	}
	if j.next == nil {
		l.last = j.prev
	} else {
		j.next.prev = j.prev
	}
	j.list, j.next, j.prev = nil, nil, nil
	l.n--
}
