package eddy

import (
	"net"
	"sync"

	"github.com/eddy-go/eddy/future"
)

// desk is where goroutines leave what the task of an adapter (netConn, netListener) shall do for them:
//
//	a goroutine                          the adapter's task
//	-----------                          ------------------
//	take the errand's turn
//	leave an operation on the desk
//	wake the task                        take the operation
//	wait for the answer                  poll it until it is final
//	                                     store its result, and answer
//	return the turn, and the result
//
// Whoever ends the desk answers for all that is out. From then on nothing is left there, so no goroutine waits for a
// loop that has ended.
type desk struct {
	rt *Runtime

	mu    sync.Mutex
	waker future.Waker // of the task, from its first poll on
	ended bool
}

// wake has the task polled. Before its first poll there is no need to. From any goroutine.
func (d *desk) wake() {
	d.mu.Lock()
	w := d.waker
	d.mu.Unlock()
	w.Wake()
}

// end ends the desk, and gives back the Handle as which its adapter counts. The caller abandons the errands. On the loop.
func (d *desk) end() {
	d.mu.Lock()
	again := d.ended
	d.ended = true
	d.mu.Unlock()
	if !again {
		d.rt.releaseHandle()
	}
}

// over reports whether the desk has ended.
func (d *desk) over() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}

// errand is one kind of operation that goroutines have the loop carry out, such as the reads of a connection. They go
// one at a time, each in its turn.
type errand[T any] struct {
	turn     turn
	left     Future[T]     // under the desk's mutex: the operation that the task has not taken yet
	running  Future[T]     // of the loop: the one that it carries out
	value    T             // the result, from the answer until the turn is returned
	err      error         // and its error
	answered chan struct{} // one answer an operation
}

// do has the loop carry out f, which is the loop's until do returns. If the desk has ended, or ends before f has a
// result, the error is net.ErrClosed as it is. The caller has the turn and is not the loop.
func (e *errand[T]) do(d *desk, f Future[T]) (T, error) {
	d.mu.Lock()
	if d.ended {
		d.mu.Unlock()
		var zero T
		return zero, net.ErrClosed
	}
	e.left = f
	w := d.waker
	d.mu.Unlock()
	w.Wake()
	<-e.answered
	v, err := e.value, e.err
	e.clear()
	return v, err
}

// take takes the operation that was left, if any. The desk's mutex is held: what belongs together, an operation and the
// deadline that was set before it, is taken in one.
func (e *errand[T]) take() {
	if e.left != nil {
		e.running, e.left = e.left, nil
	}
}

// step goes on with the errand. From the poll of the adapter's task.
func (e *errand[T]) step(d *desk, cx *future.Context) {
	if e.running == nil {
		return
	}
	if v, err := e.running.Poll(cx); err != future.Pending {
		e.answer(d, v, err)
	}
}

func (e *errand[T]) answer(d *desk, v T, err error) {
	e.running, e.value, e.err = nil, v, err
	d.rt.answer(e.answered)
}

// abandon answers for what is out, after the end of the desk. On the loop.
func (e *errand[T]) abandon(d *desk) {
	d.mu.Lock()
	e.take()
	d.mu.Unlock()
	if e.running == nil {
		return
	}
	e.running.Cancel()
	var zero T
	e.answer(d, zero, net.ErrClosed)
}

// clear lets go of the result.
func (e *errand[T]) clear() {
	var zero T
	e.value, e.err = zero, nil
}

// answer ends a goroutine's wait. In a simulation the loop stands still until the goroutine waits again, for whatever:
// what it does next is then done at a moment that a replay gives back.
func (rt *Runtime) answer(answered chan<- struct{}) {
	answered <- struct{}{}
	rt.answered = true
	if rt.world != nil {
		rt.world.Settle()
	}
}
