package executor

import (
	"context"
	"runtime/pprof"
)

// labelKey is the profiler label that says which task a coroutine runs for.
const labelKey = "task"

func labelContext(name string) context.Context {
	return pprof.WithLabels(context.Background(), pprof.Labels(labelKey, name))
}

// labelsOf returns the profiler labels that notes with a name, or those of a function, stand for.
func (ex *Executor) labelsOf(n *notes) context.Context {
	switch {
	case n.labels != nil:
	case n.name != "":
		n.labels = labelContext(n.name)
	default:
		n.labels = labelContext(functionAt(n.origin.entry))
	}
	return n.labels
}

// labels returns the profiler labels of a coroutine of the running task: the task's name, else the function that was
// spawned. A task that is a hand-written future has no function; then a coroutine in it shows under its own.
func (c *Coroutine) labels() context.Context {
	ex, spawned := c.ex, c
	if t := ex.running; t != nil && (!c.root || t.code == c) {
		if n := t.notes.Load(); n != nil && n.name != "" {
			return ex.labelsOf(n)
		}
		if t.code != nil {
			spawned = t.code
		}
	}
	return ex.labelsOf(ex.kinds.code(spawned.body.entry()))
}

// labeled returns the context from which c's derives: with c's label, so that a pprof.Do in c adds to it and puts it
// back.
func (c *Coroutine) labeled(parent context.Context) context.Context {
	own := c.labels()
	if parent == context.Background() {
		return own
	}
	name, _ := pprof.Label(own, labelKey)
	if inherited, _ := pprof.Label(parent, labelKey); inherited == name {
		return parent
	}
	return pprof.WithLabels(parent, pprof.Labels(labelKey, name))
}

// unparked is the first that a coroutine does when it comes back from a wait.
func (c *Coroutine) unparked() {
	c.waiting = nil
	if c.relabel {
		c.showName()
	}
}

// showName has the goroutine's labels follow a change of the task's name.
func (c *Coroutine) showName() {
	c.relabel = false
	pprof.SetGoroutineLabels(c.labels())
}

// Labels returns the profiler labels of the running task's code, for a goroutine that works for it. A task that is a
// hand-written future has none.
func (ex *Executor) Labels() context.Context {
	if c := ex.current; c != nil {
		return c.labels()
	}
	return context.Background()
}
