package esync

import (
	"math"

	"github.com/eddy-go/eddy"
)

// An RWMutex is a lock that many readers or one writer may hold, also across waits. The zero RWMutex is unlocked.
//
// Readers and writers stand in one line. A reader who comes while a writer waits stands behind it, so no writer waits for
// ever, and neither does a reader: when a writer unlocks, all readers up to the next writer are let in together. So a task
// must not take a second read lock while it holds one: with a writer between the two, both wait for ever.
type RWMutex struct{ permits permits }

// everyone is how many permits a writer takes: as many as there are.
const everyone = math.MaxInt64

var (
	writeLock = permitKind{method: "RWMutex.LockFuture", wanted: "the write lock of an esync.RWMutex"}
	readLock  = permitKind{method: "RWMutex.RLockFuture", wanted: "a read lock of an esync.RWMutex"}
)

// Lock locks m for writing, when it is its turn and all readers before it have unlocked. What is said of Mutex.Lock holds
// here. From a task.
func (m *RWMutex) Lock(rt *eddy.Runtime) error {
	if m.permits.take(everyone, everyone) {
		return nil
	}
	return m.permits.wait(rt, everyone, everyone, &writeLock)
}

// TryLock locks m for writing if that needs no wait, and reports whether it has. From a task.
func (m *RWMutex) TryLock() bool { return m.permits.take(everyone, everyone) }

// Unlock ends the writing, and hands m over to the first who waits: a writer, or readers up to the next writer. It panics
// if nobody writes. From a task.
func (m *RWMutex) Unlock() {
	if m.permits.taken != everyone {
		panic("esync: Unlock of an RWMutex that is not locked for writing")
	}
	m.permits.give(everyone, everyone)
}

// LockFuture returns a future of the write lock: when it is done, m is locked. From a task.
func (m *RWMutex) LockFuture() eddy.Future[struct{}] {
	return m.permits.future(everyone, everyone, &writeLock)
}

// RLock locks m for reading, when all writers before it have unlocked. What is said of Mutex.Lock holds here. From a
// task.
func (m *RWMutex) RLock(rt *eddy.Runtime) error {
	if m.permits.take(1, everyone) {
		return nil
	}
	return m.permits.wait(rt, 1, everyone, &readLock)
}

// TryRLock locks m for reading if that needs no wait, and reports whether it has. From a task.
func (m *RWMutex) TryRLock() bool { return m.permits.take(1, everyone) }

// RUnlock ends one reading; the last one lets in the writer that waits. It panics if nobody reads. From a task.
func (m *RWMutex) RUnlock() {
	if m.permits.taken == 0 || m.permits.taken == everyone {
		panic("esync: RUnlock of an RWMutex that is not locked for reading")
	}
	m.permits.give(1, everyone)
}

// RLockFuture returns a future of a read lock: when it is done, m is locked for reading. From a task.
func (m *RWMutex) RLockFuture() eddy.Future[struct{}] {
	return m.permits.future(1, everyone, &readLock)
}
