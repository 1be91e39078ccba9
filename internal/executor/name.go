package executor

import (
	"context"
	"reflect"
	"runtime/pprof"
)

// notes are what is known of a task beyond its wakes and polls. Most tasks of one origin share one, which is never
// changed; a task that has a name, values or a failure has its own. A Watch reads the origin and the name, at any time:
// so these are never changed, and a task with a new name gets new notes.
type notes struct {
	origin origin
	name   string          // "": the task goes by its function's name
	labels context.Context // what profiles show for the name or the function; nil until somebody wants it
	own    bool
	locals *local
	err    error
	unseen *report // the panic that ended the task, while only waits that may yet be cancelled know of it
}

// kinds holds the notes that tasks share, by origin: a spawn allocates none after the first of its function.
type kinds struct {
	last    *notes // of codes: a burst is of one function
	codes   map[uintptr]*notes
	futures map[reflect.Type]*notes
}

// maxKinds is how many functions have their notes ready. Picked: more than programs spawn.
const maxKinds = 1024

func (k *kinds) of(o origin) *notes {
	if o.future != nil {
		return kindIn(&k.futures, o.future, o)
	}
	return k.code(o.entry)
}

func (k *kinds) code(entry uintptr) *notes {
	if k.last == nil || k.last.origin.entry != entry {
		k.last = kindIn(&k.codes, entry, origin{entry: entry})
	}
	return k.last
}

func kindIn[K comparable](m *map[K]*notes, key K, o origin) *notes {
	n := (*m)[key]
	if n == nil {
		n = &notes{origin: o}
		if *m == nil || len(*m) >= maxKinds {
			*m = make(map[K]*notes)
		}
		(*m)[key] = n
	}
	return n
}

// known returns the task's notes, to be read.
func (t *Task) known() *notes {
	n := t.notes.Load()
	if n == nil {
		n = t.ex.kinds.of(t.body.origin())
		t.notes.Store(n)
	}
	return n
}

// noted returns notes of the task's own.
func (t *Task) noted() *notes {
	n := t.notes.Load()
	switch {
	case n == nil:
		n = &notes{origin: t.body.origin(), own: true}
	case n.own:
		return n
	default:
		n = &notes{origin: n.origin, own: true}
	}
	t.notes.Store(n)
	return n
}

// givenName returns the name that somebody gave to the task, or "".
func (t *Task) givenName() string {
	if n := t.notes.Load(); n != nil {
		return n.name
	}
	return ""
}

// Named gives the task a name, for dumps, reports and profiles, and returns the handle. It may come at any time, the
// last one counts, and "" takes the name away. A task that is done stays as it is. From a task.
func (h *JoinHandle[T]) Named(name string) *JoinHandle[T] {
	if !h.Done() {
		h.task.ex.checkThread()
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
	n := *t.noted()
	n.name, n.labels = name, nil
	t.notes.Store(&n)
	ex := t.ex
	if ex.running == t && ex.current != nil {
		pprof.SetGoroutineLabels(ex.current.labels())
	}
	if c := t.code; c != nil && c != ex.current {
		c.relabel = true
	}
}
