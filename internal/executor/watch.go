package executor

import (
	"bytes"
	"fmt"
	"reflect"
	"runtime"
	"slices"
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

	slot                atomic.Pointer[Task]
	seen, quiet, asleep Task // what the watcher leaves in slot
	awake               chan struct{}

	polling bool // the loop's: slot must be emptied before the loop goes on to something else

	// The goroutines that may run a poll: the loop's own and those of the coroutines. Both sides look here, the loop
	// when a coroutine is made or ends.
	mu         sync.Mutex
	goroutines []uint64 // 0: the place is free
	free       []int    // the free places

	// The watcher's: the poll that it has marked.
	subject  *Task // nil: none
	since    time.Time
	lasted   time.Duration // at the last look
	due      time.Duration // when it is reported next
	reported bool

	notBefore time.Time // when the next stack may be taken
	missed    int       // slow polls that have ended without a report, since the last one
}

// origin is where a task comes from: what its name is made of when somebody asks.
type origin struct {
	entry  uintptr      // of the function that was spawned
	future reflect.Type // where it is a hand-written future
}

// NewWatch makes a watch that reports polls which take longer than limit, at the earliest.
func NewWatch(limit time.Duration, report func(SlowPoll)) *Watch {
	return &Watch{
		limit: limit, report: report, stacks: runtime.Stack,
		awake: make(chan struct{}, 1),
	}
}

// Watch has the executor's polls watched. It is called on the loop's goroutine, before the first task.
func (ex *Executor) Watch(w *Watch) {
	ex.watch = w
	w.enter()
}

// begin tells the watcher that a poll of t begins.
func (w *Watch) begin(t *Task) {
	t.known()
	w.polling = true
	if w.slot.Swap(t) == &w.asleep {
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

// enter notes that the calling goroutine runs polls, until leave with what enter has returned.
func (w *Watch) enter() (place int) {
	if w == nil {
		return 0
	}
	id := goroutineID()
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.free); n > 0 {
		place = w.free[n-1]
		w.free = w.free[:n-1]
		w.goroutines[place] = id
		return place
	}
	w.goroutines = append(w.goroutines, id)
	return len(w.goroutines) - 1
}

func (w *Watch) leave(place int) {
	if w == nil {
		return
	}
	w.mu.Lock()
	w.goroutines[place] = 0
	w.free = append(w.free, place)
	w.mu.Unlock()
}

// runsPolls is asked of the few goroutines in a dump that do not rest.
func (w *Watch) runsPolls(id uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.goroutines, id)
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

// String names the function and its place, or the future's type.
func (o origin) String() string {
	if o.future != nil {
		return fmt.Sprint(o.future)
	}
	return nameAt(o.entry)
}

func (o *orphan) origin() origin { return (*Coroutine)(o).origin() }

func (c *Coroutine) origin() origin { return origin{entry: c.body.entry()} }

// seen describes the task as Tasks would, while it is polled, to the watcher: it may look at the id and at the notes.
func (t *Task) seen() TaskInfo {
	n := t.notes.Load()
	info := TaskInfo{ID: t.id, State: "running", Function: n.origin.String()}
	info.called(n.name)
	return info
}
