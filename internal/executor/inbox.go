package executor

import (
	"cmp"
	"slices"
	"sync"
)

// inbox is what other goroutines leave for the loop: woken tasks, functions to call, functions to spawn.
//
// No wake is lost, and none is paid for twice:
//
//	another goroutine                  the loop
//	-----------------                  --------
//	set posted on the task             lock; anything there? then do not sleep
//	lock                               asleep = true; unlock
//	append; asleep? then clear it      wait in the kernel
//	unlock                             lock; asleep = false; take all; unlock
//	if it was: end the loop's wait     clear posted on each task, then schedule it
//
// Whoever clears asleep owes the loop the end of its wait. That has a mutex of its own: the loop wakes while the
// waker is still in its system call, and would meet it at the inbox (measured: 9 us a wake). The kernel is closed
// under that mutex too, so no late wake can write into a descriptor that has been closed and now belongs to somebody
// else.
type inbox struct {
	wakeLoop  func()
	maxSpawns int
	waking    sync.Mutex
	ended     bool // the kernel is closed; under waking

	mu     sync.Mutex
	tasks  []*Task
	calls  []func() // to call on the loop; never refused
	spawns []func() // to spawn; at most maxSpawns
	asleep bool     // the loop may be waiting in the kernel
	ending bool     // spawns are refused
	closed bool     // everything is
	posts  uint64
	kicks  uint64

	// What the loop took out last: the slices change places, so the steady state allocates nothing.
	takenTasks  []*Task
	takenCalls  []func()
	takenSpawns []func()
}

// post adds a woken task.
func (b *inbox) post(t *Task) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return
	}
	b.tasks = append(b.tasks, t)
	b.unlockAndWake()
}

// unlockAndWake counts what was left, and ends the loop's wait if it sleeps. mu is held, and free afterwards.
func (b *inbox) unlockAndWake() {
	b.posts++
	asleep := b.asleep
	if asleep {
		b.asleep = false
		b.kicks++
	}
	b.mu.Unlock()
	if !asleep {
		return
	}
	b.waking.Lock()
	if !b.ended {
		b.wakeLoop()
	}
	b.waking.Unlock()
}

func (b *inbox) counted() (posts, kicks uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.posts, b.kicks
}

// Post has fn called on the loop, outside any task. It is for any goroutine and never refused; after the end it
// reports false. fn must not wait, and is not called if the end comes first.
func (ex *Executor) Post(fn func()) bool {
	b := &ex.inbox
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return false
	}
	b.calls = append(b.calls, fn)
	b.unlockAndWake()
	return true
}

// PostSpawn has fn spawned as a task. It is for any goroutine. The error is ErrBusy when too many functions wait
// already, ErrClosed after the end.
func (ex *Executor) PostSpawn(fn func()) error {
	b := &ex.inbox
	b.mu.Lock()
	switch {
	case b.ending:
		b.mu.Unlock()
		return ErrClosed
	case len(b.spawns) >= b.maxSpawns:
		b.mu.Unlock()
		return ErrBusy
	}
	b.spawns = append(b.spawns, fn)
	b.unlockAndWake()
	return nil
}

// refuse ends the taking of functions to spawn.
func (b *inbox) refuse() {
	b.mu.Lock()
	b.ending = true
	b.mu.Unlock()
}

// TakeIn delivers what other goroutines left.
func (ex *Executor) TakeIn() {
	b := &ex.inbox
	b.mu.Lock()
	b.asleep = false
	if len(b.tasks)+len(b.calls)+len(b.spawns) == 0 {
		b.mu.Unlock()
		return
	}
	b.tasks, b.takenTasks = b.takenTasks[:0], b.tasks
	b.calls, b.takenCalls = b.takenCalls[:0], b.calls
	b.spawns, b.takenSpawns = b.takenSpawns[:0], b.spawns
	b.mu.Unlock()

	if ex.opt.Pick != nil { // the order in which goroutines came is nothing that a replay gives back
		slices.SortFunc(b.takenTasks, func(a, b *Task) int { return cmp.Compare(a.id, b.id) })
	}
	for _, t := range b.takenTasks {
		// The bit falls before the poll, so a wake from now on posts again. It is down already if the task has ended
		// since the wake.
		if t.word.And(^uint32(posted))&posted != 0 {
			ex.schedule(t)
		}
	}
	for _, fn := range b.takenCalls {
		fn()
	}
	for _, fn := range b.takenSpawns {
		SpawnPlain(ex, fn)
	}
	clear(b.takenTasks)
	clear(b.takenCalls)
	clear(b.takenSpawns)
}

// FallAsleep announces that the loop is about to wait. It reports false if the inbox holds something: then the loop
// must not wait. The announcement ends with the next TakeIn.
func (ex *Executor) FallAsleep() bool {
	b := &ex.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.tasks)+len(b.calls)+len(b.spawns) > 0 {
		return false
	}
	b.asleep = true
	return true
}

// CloseInbox refuses everything from now on and calls end, which may close what WakeLoop writes to: when CloseInbox
// returns, no other goroutine is inside WakeLoop, and none will be.
func (ex *Executor) CloseInbox(end func()) {
	b := &ex.inbox
	b.mu.Lock()
	b.ending, b.closed = true, true
	b.tasks, b.calls, b.spawns = nil, nil, nil
	b.mu.Unlock()

	b.waking.Lock()
	defer b.waking.Unlock()
	b.ended = true
	end()
}
