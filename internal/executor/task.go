package executor

import (
	"sync/atomic"

	"github.com/eddy-go/eddy/future"
)

// A Task is one future, or code, that the executor polls until it is done. It is a part of its JoinHandle and serves
// once: wakers that outlive it find it over. Whoever keeps one keeps the memory, the result included.
type Task struct {
	word   atomic.Uint32 // posted and over; with notes, all that other goroutines touch
	state  state
	marks  marks
	ending Ending // zero until the result is there

	ex         *Executor
	body       body       // nil once the task has ended
	code       *Coroutine // the task's own code; nil if it is a hand-written future
	id         uint64
	notes      atomic.Pointer[notes] // nil until somebody wants them; see known and noted
	next, prev *Task                 // in the list of live tasks
}

// body is what a task polls: the typed part of it, behind one interface.
type body interface {
	// poll polls once and reports whether the result is final; of code that the executor has resumed, and that has not
	// simply parked again, it takes what has become of it. It recovers panics. If the task was asked to end, it
	// tells the future first.
	poll(cx *future.Context, resumed bool) bool
	// describe fills in what the body knows about itself.
	describe(info *TaskInfo)
	// origin is asked before the end.
	origin() origin
}

// The bits of Task.word. posted: the task stands in the inbox, or a waker is about to put it there. over: it has ended.
const (
	posted = 1 << iota
	over
)

// marks are what else is true of a task, or not.
type marks uint8

const (
	asked   marks = 1 << iota // somebody asked for the end; the next poll tells the body
	outside                   // the current wait took a Waker: something that we cannot see may end it
	holding                   // a future that holds something, maybe: it was polled and has no final result
	owned                     // somebody looks at the result, though not by a join: a group, or BlockOn
	quiet                     // nothing of the user's runs once its code has ended, as an error's Unwrap does for a group
)

// Wake implements future.Target, for any goroutine.
//
// The compare-and-swap is made even where posted is up already: the waker's earlier writes must be visible to the poll
// that follows, and only a successful atomic write publishes them.
func (t *Task) Wake(uint64) {
	for {
		w := t.word.Load()
		if w&over != 0 {
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
func (t *Task) WakeLocal(uint64) {
	if t.state&done == 0 {
		t.ex.schedule(t)
	}
}

// cancel asks the task to end: it marks and enqueues.
func (t *Task) cancel() {
	if t.state&done == 0 && t.marks&asked == 0 {
		t.marks |= asked
		t.ex.schedule(t)
	}
}

// start makes t a task of b and schedules its first poll.
func (ex *Executor) start(t *Task, b body, code *Coroutine) {
	ex.lastID++
	t.id = ex.lastID
	t.ex, t.body, t.code = ex, b, code
	t.state = scheduled
	ex.inherit(t)
	ex.live.add(t)
	ex.ready.push(t)
	ex.counts.Spawns++
}

// retire ends a task: its wakers do nothing from now on.
func (ex *Executor) retire(t *Task) {
	ex.live.remove(t)
	t.state = done
	t.body, t.code = nil, nil
	ex.cx = future.Context{} // its waker would keep the task, and the result, until the next poll
	if n := t.notes.Load(); n != nil && n.own {
		n.locals = nil
	}
	t.word.Store(over)
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
