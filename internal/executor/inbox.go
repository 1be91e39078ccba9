package executor

import "sync"

// inbox is what other goroutines leave for the loop: woken tasks, functions to call, functions to spawn.
//
// No wake is lost, and none is paid for twice:
//
//	another goroutine                  the loop
//	-----------------                  --------
//	set posted on the task             lock; anything there? then do not sleep
//	lock                               asleep = true; unlock
//	append                             wait in the kernel
//	asleep? then clear it and          lock; asleep = false; take all; unlock
//	  end the loop's wait              clear posted on each task, then schedule it
//	unlock
//
// The wait is ended and the kernel closed under the same mutex, so no late wake can write into a descriptor that has
// been closed and now belongs to somebody else.
type inbox struct {
	wakeLoop  func()
	maxSpawns int

	mu     sync.Mutex
	tasks  []*Task
	calls  []func() // to call on the loop; never refused
	spawns []func() // to spawn; at most maxSpawns
	asleep bool     // the loop may be waiting in the kernel
	ending bool // spawns are refused
	closed bool // everything is
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
	if !b.closed {
		b.tasks = append(b.tasks, t)
		b.kick()
	}
	b.mu.Unlock()
}

// kick ends the loop's wait if it sleeps. The mutex is held.
func (b *inbox) kick() {
	b.posts++
	if b.asleep {
		b.asleep = false
		b.kicks++
		b.wakeLoop()
	}
}

func (b *inbox) counted() (posts, kicks uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.posts, b.kicks
}

// Post has fn called on the loop, outside any task. It is for any goroutine and never refused; after the end it
// reports false and fn is dropped. fn must not wait.
func (ex *Executor) Post(fn func()) bool {
	b := &ex.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.calls = append(b.calls, fn)
	b.kick()
	return true
}

// PostSpawn has fn spawned as a task. It is for any goroutine. The error is ErrBusy when too many functions wait
// already, ErrClosed after the end.
func (ex *Executor) PostSpawn(fn func()) error {
	b := &ex.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.ending:
		return ErrClosed
	case len(b.spawns) >= b.maxSpawns:
		return ErrBusy
	}
	b.spawns = append(b.spawns, fn)
	b.kick()
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

	for _, t := range b.takenTasks {
		t.word.And(^uint64(posted)) // before the poll: a wake from now on posts again
		ex.schedule(t)
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

// CloseInbox refuses everything from now on and calls end, under the mutex: when it returns, no other goroutine is
// inside WakeLoop, and none will be.
func (ex *Executor) CloseInbox(end func()) {
	b := &ex.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ending, b.closed = true, true
	b.tasks, b.calls = nil, nil
	end()
}
