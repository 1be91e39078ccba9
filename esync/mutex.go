package esync

import "github.com/eddy-go/eddy"

// A Mutex is a lock that may be held across waits. The zero Mutex is unlocked. It belongs to no task: one may lock it
// and another unlock it.
//
// Locking a Mutex that the task itself holds waits for ever, and is reported as a deadlock if nothing else is going on.
type Mutex struct{ permits permits }

var mutexLock = permitKind{method: "Mutex.LockFuture", wanted: "the lock of an esync.Mutex"}

// Lock locks m. If m is locked it waits for its turn: those who wait are served in the order in which they came, and
// Unlock hands m over to the first of them.
//
// A Lock that need not wait succeeds, even in a task that is cancelled: it does not ask. One that waits returns
// eddy.ErrCanceled, or os.ErrDeadlineExceeded in a WithTimeout that has expired; then m is not locked by it. From a task.
func (m *Mutex) Lock(rt *eddy.Runtime) error {
	if m.permits.take(1, 1) {
		return nil
	}
	return m.permits.wait(rt, 1, 1, &mutexLock)
}

// TryLock locks m if that needs no wait, and reports whether it has. From a task.
func (m *Mutex) TryLock() bool { return m.permits.take(1, 1) }

// Unlock unlocks m, or hands it over to the first who waits. It panics if m is not locked. From a task.
func (m *Mutex) Unlock() {
	if m.permits.taken == 0 {
		panic("esync: Unlock of an unlocked Mutex")
	}
	m.permits.give(1, 1)
}

// LockFuture returns a future of the lock: when it is done, m is locked. Cancelling it leaves m to the others. From a
// task.
func (m *Mutex) LockFuture() eddy.Future[struct{}] { return m.permits.future(1, 1, &mutexLock) }
