package executor

import (
	"sync/atomic"

	"github.com/eddy-go/eddy/future"
)

// A Task is one future that the executor polls until it is done. Its memory serves again after the end, under the next
// generation, so whoever keeps a *Task keeps the generation with it and compares.
type Task struct {
	// word is generation<<1 | posted; the only field that other goroutines touch. posted: the task stands in the inbox,
	// or a waker is about to put it there.
	word atomic.Uint64

	ex         *Executor
	body       body // nil when the task is free
	id         uint64
	state      state
	canceled   bool     // somebody asked for the end; the next poll tells the body
	outside    bool     // the current wait took a Waker: something that we cannot see may end it
	subject    *subject // what a Watch sees of it, if there is one, from the first poll on
	notes      *notes   // its name and its local values; nil for most
	next, prev *Task    // in the list of live tasks; next alone in the list of free ones
}

// body is what a task polls: the typed part of it, behind one interface.
type body interface {
	// poll polls once and reports whether the result is final. It recovers panics. If t.canceled is set, it tells the
	// future first.
	poll(t *Task, cx *future.Context) bool
	// describe fills in what the body knows about itself.
	describe(info *TaskInfo)
	// origin is asked before the first poll.
	origin() origin
	// coroutine returns the task's own code, nil if it is a hand-written future.
	coroutine() *Coroutine
}

const posted = 1

func (t *Task) key() uint64 { return t.word.Load() >> 1 }

// Wake implements future.Target, for any goroutine.
//
// The compare-and-swap is made even where posted is up already: the waker's earlier writes must be visible to the poll
// that follows, and only a successful atomic write publishes them.
func (t *Task) Wake(key uint64) {
	for {
		w := t.word.Load()
		if w>>1 != key {
			return // the task has ended
		}
		if t.word.CompareAndSwap(w, w|posted) {
			if w&posted == 0 {
				t.ex.inbox.post(t)
			}
			return
		}
	}
}

// WakeLocal implements future.Target, for the loop.
func (t *Task) WakeLocal(key uint64) {
	if t.key() == key {
		t.ex.schedule(t)
	}
}

// cancel asks the task to end: it marks and enqueues.
func (t *Task) cancel() {
	if t.state&done == 0 && !t.canceled {
		t.canceled = true
		t.ex.schedule(t)
	}
}

// newTask makes a task around b and schedules its first poll.
func (ex *Executor) newTask(b body) *Task {
	t := ex.free
	if t == nil {
		t = &Task{ex: ex}
	} else {
		ex.free = t.next
		ex.freeTasks--
		t.next = nil
	}
	ex.lastID++
	t.id = ex.lastID
	t.body = b
	t.state = scheduled
	ex.inherit(t)
	ex.live.add(t)
	ex.ready.push(t)
	ex.counts.Spawns++
	return t
}

// maxFree is how many ended tasks are kept for reuse at most. Picked: what a burst leaves behind must not stay for
// ever; 100 bytes each.
const maxFree = 1024

// retire ends a task: its wakers go stale and its memory is free for the next one.
func (ex *Executor) retire(t *Task) {
	ex.live.remove(t)
	t.state = done
	t.body = nil
	t.canceled = false
	t.subject = nil
	t.notes = nil
	t.word.Store((t.key() + 1) << 1)
	if ex.freeTasks < maxFree {
		t.next = ex.free
		ex.free = t
		ex.freeTasks++
	}
}

// taskList is the registry of live tasks, in the order of their spawns.
type taskList struct {
	first, last *Task
	n           int
}

func (l *taskList) add(t *Task) {
	t.prev = l.last
	if l.last == nil {
		l.first = t
	} else {
		l.last.next = t
	}
	l.last = t
	l.n++
}

func (l *taskList) remove(t *Task) {
	if t.prev == nil {
		l.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.next, t.prev = nil, nil
	l.n--
}
