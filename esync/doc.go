// Package esync has what package sync and channels are for goroutines, for tasks: Mutex, RWMutex, Semaphore, WaitGroup
// and Chan. Their waits park the task and never the loop's thread.
//
// Most state that tasks share needs none of this: one task runs at a time, and another one runs only where this one
// waits. A lock is for what must stay together across a wait, such as two writes to one stream.
//
// Every wait returns an error. In a task that is cancelled it is eddy.ErrCanceled, in a WithTimeout that has expired
// os.ErrDeadlineExceeded, and then the lock, permit or item was not taken, nor the item sent. What a wait has been given
// before its task is cancelled, it passes on to the next one in line. Waits are served first come, first served. They
// show in task dumps, and a deadlock of tasks that wait here for each other is reported as one.
//
// Each wait has a form that is a future, for Timeout, Select2 and the like: LockFuture, RecvFuture. One of these is used
// once, as every future; the lock that it brings is given back by Unlock.
//
// All is for the tasks of one runtime: there are no atomic operations, and a call from another goroutine is a data race.
// A goroutine reaches tasks through eddy.Handle.Spawn, and a function that runs inside can then send, unlock or count
// down; tasks reach a goroutine through eddy.Offload. What goroutines and tasks share is guarded by a sync.Mutex that is
// never held across a wait.
package esync
