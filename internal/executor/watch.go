package executor

import (
	"bytes"
	"fmt"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A Watch lets one goroutine beside the loop, the watcher, see that a poll does not end, while it does not.
//
// The loop says in slot whose poll is in progress: one atomic store a poll, and one when it has no more to poll. It
// reads no clock for this and waits for nobody. The watcher looks now and then, and replaces what it finds by a mark of
// its own. The loop overwrites marks and never leaves one, so a mark that is still there at the next look says that no
// poll has begun or ended in between:
//
//	loop                          watcher
//	slot = task 7
//	polls task 7 ...              finds task 7, leaves seen in its place
//	... still polls task 7        finds seen: it is the same poll
//	slot = nil
//	waits in the kernel           finds nil, leaves quiet in its place
//	... still waits               finds quiet, leaves asleep in its place, and sleeps
//	slot = task 8, was asleep:
//	wakes the watcher
type Watch struct {
	limit  time.Duration
	report func(SlowPoll)
	stacks func(buf []byte, all bool) int // runtime.Stack

	slot                atomic.Pointer[subject]
	seen, quiet, asleep subject // what the watcher leaves in slot
	awake               chan struct{}

	polling bool // the loop's: slot must be emptied before the loop goes on to something else

	// The goroutines that may run a poll: the loop's own and those of the coroutines. Both sides look here, the loop
	// when a coroutine is made or ends.
	mu         sync.Mutex
	goroutines map[uint64]bool

	// The watcher's: the poll that it has marked.
	subject  *subject // nil: none
	since    time.Time
	lasted   time.Duration // at the last look
	due      time.Duration // when it is reported next
	reported bool

	notBefore time.Time // when the next stack may be taken
	missed    int       // slow polls that have ended without a report, since the last one
}

// A subject is what the watcher may know of a task. Both sides may read it at any time: nothing of it changes but the
// name, which is replaced as a whole. (A new subject for a new name would look like a new poll, and a poll that is slow
// must not hide by taking names.)
type subject struct {
	id     uint64
	origin origin
	name   atomic.Pointer[string] // nil: it was given none
}

func (s *subject) rename(name string) { s.name.Store(&name) }

// origin is where a task comes from: what its name is made of when somebody asks.
type origin struct {
	entry  uintptr      // of the function that was spawned
	future reflect.Type // where it is a hand-written future
}

// NewWatch makes a watch that reports polls which take longer than limit, at the earliest.
func NewWatch(limit time.Duration, report func(SlowPoll)) *Watch {
	return &Watch{
		limit: limit, report: report, stacks: runtime.Stack,
		awake: make(chan struct{}, 1), goroutines: make(map[uint64]bool),
	}
}

// Watch has the executor's polls watched. It is called on the loop's goroutine, before the first task.
func (ex *Executor) Watch(w *Watch) {
	ex.watch = w
	w.enter()
}

// begin tells the watcher that a poll of t begins.
func (w *Watch) begin(t *Task) {
	if t.subject == nil {
		t.subject = &subject{id: t.id, origin: t.body.origin()}
		if name := t.givenName(); name != "" {
			t.subject.rename(name)
		}
	}
	w.polling = true
	if w.slot.Swap(t.subject) == &w.asleep {
		w.awake <- struct{}{} // there is room: the watcher takes one for each time that it sleeps
	}
}

// rest tells the watcher that the loop goes on to something else than polls.
func (w *Watch) rest() {
	if w != nil && w.polling {
		w.polling = false
		w.slot.Store(nil)
	}
}

// enter notes that the calling goroutine runs polls, until leave.
func (w *Watch) enter() (id uint64) {
	if w == nil {
		return 0
	}
	id = goroutineID()
	w.mu.Lock()
	w.goroutines[id] = true
	w.mu.Unlock()
	return id
}

func (w *Watch) leave(id uint64) {
	if w == nil {
		return
	}
	w.mu.Lock()
	delete(w.goroutines, id)
	w.mu.Unlock()
}

func (w *Watch) runsPolls(id uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.goroutines[id]
}

// goroutineID returns the number of the calling goroutine, from the first line of its stack. It takes about a
// microsecond.
func goroutineID() uint64 {
	var buf [64]byte
	id, _, ok := parseHeader(buf[:runtime.Stack(buf[:], false)])
	if !ok {
		panic("eddy: a stack begins with " + strconv.Quote(string(bytes.TrimSpace(buf[:]))))
	}
	return id
}

func (h *JoinHandle[T]) origin() origin {
	if h.co != nil {
		return h.co.origin()
	}
	return origin{future: reflect.TypeOf(h.f)}
}

func (o *orphan) origin() origin { return (*Coroutine)(o).origin() }

func (c *Coroutine) origin() origin { return origin{entry: entryOf(c.body.entry())} }

// info describes the task as Tasks would.
func (s *subject) info() TaskInfo {
	info := TaskInfo{ID: s.id, State: "running"}
	if s.origin.future != nil {
		info.Function = fmt.Sprint(s.origin.future)
	} else {
		info.Function = nameAt(s.origin.entry)
	}
	name := s.name.Load()
	if name == nil {
		name = new(string)
	}
	info.called(*name)
	return info
}
