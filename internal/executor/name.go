package executor

import (
	"context"
	"runtime/pprof"
)

// notes are what few tasks have. A task without them pays for one pointer.
type notes struct {
	name   string          // "": the task goes by its function's name
	labels context.Context // what profiles show for the name; nil until somebody wants it
	locals *local
}

// noted returns the task's notes, empty ones if there are none yet.
func (t *Task) noted() *notes {
	if t.notes == nil {
		t.notes = new(notes)
	}
	return t.notes
}

// givenName returns the name that somebody gave to the task, or "".
func (t *Task) givenName() string {
	if t.notes == nil {
		return ""
	}
	return t.notes.name
}

// Named gives the task a name, for dumps, reports and profiles, and returns the handle. It may come at any time, the
// last one counts, and "" takes the name away. A task that is done stays as it is. From a task.
func (h *JoinHandle[T]) Named(name string) *JoinHandle[T] {
	if !h.ended {
		h.ex.checkThread()
		h.task.rename(name)
	}
	return h
}

// SetName names the task whose poll is in progress.
func (ex *Executor) SetName(name string) { ex.running.rename(name) }

// rename names the task, and tells all who have made something of the name before. A goroutine's labels can be set by
// itself alone: the caller's at once, if it is the task, and that of the task's own code when it comes back from its
// wait. Coroutines that the task has begun to poll before keep the labels that they have.
func (t *Task) rename(name string) {
	n := t.noted()
	n.name, n.labels = name, nil
	if t.subject != nil {
		t.subject.rename(name)
	}
	ex := t.ex
	if ex.running == t && ex.current != nil {
		pprof.SetGoroutineLabels(ex.current.labels())
	}
	if c := t.body.coroutine(); c != nil && c != ex.current {
		c.relabel = true
	}
}

func (h *JoinHandle[T]) coroutine() *Coroutine { return h.co }

func (o *orphan) coroutine() *Coroutine { return (*Coroutine)(o) }
