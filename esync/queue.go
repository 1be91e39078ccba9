package esync

import "github.com/eddy-go/eddy/future"

// A waiter is one wait's place in a queue. It is embedded in the future that waits. V is what the one who serves it has
// to know.
type waiter[V any] struct {
	previous, next *waiter[V]
	waker          future.LocalWaker // of the latest poll, while it stands in line or has been served
	state          waitState
	value          V
	ticket         uint64 // when it joined the line, among all that ever have
}

// waitState is how far a wait has come.
type waitState uint8

const (
	fresh  waitState = iota // never polled, or polled without budget: it holds nothing and stands nowhere
	queued                  // it stands in line
	served                  // it has left the line with what it waited for, and its poll is to come
	over                    // it has its final result or was cancelled
)

// serve gives a waiter that has left the line what it waited for.
func (w *waiter[V]) serve() {
	w.state = served
	w.waker.Wake()
}

// end makes the state over. Nothing that the waiter led to is kept alive.
func (w *waiter[V]) end() {
	var none V
	w.state, w.waker, w.value = over, future.LocalWaker{}, none
}

// A queue is a line of waiters: first in, first out, and anyone may leave. The zero queue is empty.
type queue[V any] struct {
	first, last *waiter[V]
	n           int
	tickets     uint64 // given out
}

// push puts w at the back of the line.
func (q *queue[V]) push(w *waiter[V]) {
	q.tickets++
	w.ticket = q.tickets
	q.insert(w, nil)
}

// putBack puts w back to where it has been popped: before all that came later. Of several that were popped, those that
// came before w may be back already.
func (q *queue[V]) putBack(w *waiter[V]) {
	next := q.first
	for next != nil && next.ticket < w.ticket {
		next = next.next
	}
	q.insert(w, next)
}

// insert puts w in line before next, or at the back if that is nil.
func (q *queue[V]) insert(w, next *waiter[V]) {
	w.state = queued
	previous := q.last
	if next != nil {
		previous, next.previous = next.previous, w
	} else {
		q.last = w
	}
	if previous != nil {
		previous.next = w
	} else {
		q.first = w
	}
	w.previous, w.next = previous, next
	q.n++
}

// pop takes the first out of a line that is not empty.
func (q *queue[V]) pop() *waiter[V] {
	w := q.first
	q.remove(w)
	return w
}

// remove takes w, which stands in this line, out of it.
func (q *queue[V]) remove(w *waiter[V]) {
	if w.previous == nil {
		q.first = w.next
	} else {
		w.previous.next = w.next
	}
	if w.next == nil {
		q.last = w.previous
	} else {
		w.next.previous = w.previous
	}
	w.previous, w.next = nil, nil
	q.n--
}
