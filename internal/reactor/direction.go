package reactor

import (
	"fmt"

	"github.com/eddy-go/eddy/future"
)

// A Direction is one direction of a source: a readiness flag, and the queue of those who wait for it.
//
// The queue is first in, first out, and readiness wakes the head only: the others have nothing to do before it is
// done. So whoever has been served, or has given up, must Leave: that passes the turn on.
//
// An operation polls in this order: closed? its turn (First)? flag up (Ready)? then the system call. EAGAIN means
// Clear; a turn or flag that is missing means Wait. Joining an empty queue while the flag is up waits for an edge
// that need not come.
type Direction struct {
	source     *Source
	head, tail *Waiter
	ready      bool
}

// A Waiter is a place in the queue of a direction. Embed it in the operation that waits; its zero value is ready to
// use. It must not be copied or reused while it is queued.
type Waiter struct {
	queue          *Direction // nil: not queued
	previous, next *Waiter
	waker          future.LocalWaker
	who            fmt.Stringer
}

// Ready reports whether the flag is up: the call may succeed, so try it before waiting.
func (d *Direction) Ready() bool { return d.ready }

// Clear takes the flag down, after EAGAIN.
func (d *Direction) Clear() { d.ready = false }

// Wait puts w at the back of the queue, to be woken through lw. Where w is queued already it keeps its place, and
// only lw and who are replaced. who names the waiting operation in errors; it is formatted only then.
//
// It panics if w stands in another queue, or if the source is deregistered: no event could ever wake w.
func (d *Direction) Wait(w *Waiter, lw future.LocalWaker, who fmt.Stringer) {
	if w.queue != nil && w.queue != d {
		d.queuedElsewhere(w)
	}
	w.waker, w.who = lw, who
	if w.queue == d {
		return
	}
	if !d.source.registered {
		d.deregistered()
	}
	w.queue, w.previous = d, d.tail
	if d.tail == nil {
		d.head = w
	} else {
		d.tail.next = w
	}
	d.tail = w
	d.source.reactor.waiting++
}

// WaitAlone is Wait for operations that must not queue: two reads of one stream would split it between them at
// random. If another waiter is queued, w does not join it, and the error names both.
func (d *Direction) WaitAlone(w *Waiter, lw future.LocalWaker, who fmt.Stringer) error {
	if other := d.head; other != nil && other != w {
		return d.taken(other, who)
	}
	d.Wait(w, lw, who)
	return nil
}

// What goes wrong is put into words apart, so that the words take no room on the stacks of the tasks that wait.

//go:noinline
func (d *Direction) queuedElsewhere(w *Waiter) {
	panic(fmt.Sprintf("reactor: a waiter of %v waits for %v as well; it needs a Waiter of its own", w.queue.source, d.source))
}

//go:noinline
func (d *Direction) deregistered() {
	panic(fmt.Sprintf("reactor: wait for %v, which is deregistered", d.source))
}

//go:noinline
func (d *Direction) taken(by *Waiter, who fmt.Stringer) error {
	return fmt.Errorf("reactor: %v cannot wait for %v: %v is waiting for it already", who, d.source, by.who)
}

// Leave takes w out of the queue. If it was the head and the flag is up, the next waiter is woken: it is its turn.
// Leaving without being queued does nothing.
func (d *Direction) Leave(w *Waiter) {
	if w.queue != d {
		return
	}
	wasHead := w == d.head
	if wasHead {
		d.head = w.next
	} else {
		w.previous.next = w.next
	}
	if w.next == nil {
		d.tail = w.previous
	} else {
		w.next.previous = w.previous
	}
	*w = Waiter{} // a waiter that is not queued keeps nothing alive
	d.source.reactor.waiting--
	if wasHead && d.ready {
		d.wakeHead()
	}
}

// First reports whether it is w's turn: w is the head of the queue, or nobody is queued.
func (d *Direction) First(w *Waiter) bool { return d.head == nil || d.head == w }

// WakeAll wakes every waiter: something has happened to the source that concerns them all, such as a close or a
// deadline. They stay queued until they Leave.
func (d *Direction) WakeAll() {
	for w := d.head; w != nil; w = w.next {
		w.waker.Wake()
	}
}

// raise puts the flag up and wakes whose turn it is.
func (d *Direction) raise() {
	d.ready = true
	d.wakeHead()
}

func (d *Direction) wakeHead() {
	if d.head != nil {
		d.head.waker.Wake()
	}
}
