package reactor

import (
	"fmt"

	"github.com/eddy-go/eddy/future"
)

// A Direction is one direction of a source: a readiness flag, and the queue of those who wait for it. It is a value that
// names them; the source has them.
//
// The queue is first in, first out, and readiness wakes the head only: the others have nothing to do before it is
// done. So whoever has been served, or has given up, must Leave: that passes the turn on.
//
// An operation polls in this order: closed? its turn (First)? flag up (Ready)? then the system call. EAGAIN means
// Clear; a turn or flag that is missing means Wait. Joining an empty queue while the flag is up waits for an edge
// that need not come.
type Direction struct {
	source *Source
	way    way
}

// way tells the two directions of a source apart.
type way uint8

const (
	reading way = iota
	writing
)

// A Waiter is a place in the queue of a direction. Embed it in the operation that waits; its zero value is ready to
// use. It must not be copied or reused while it is queued.
//
// A source has one or two of them all its life, so it is small: the queue is a ring of which the direction knows the last
// waiter, whose next one is the first. Whoever leaves from the middle of the ring walks there. That is rare: turns go in
// order.
type Waiter struct {
	waker future.LocalWaker
	who   fmt.Stringer
	next  *Waiter // of the last one: the first; nil: not queued
}

// Ready reports whether the flag is up: the call may succeed, so try it before waiting.
func (d Direction) Ready() bool { return d.source.ready[d.way] }

// Clear takes the flag down, after EAGAIN.
func (d Direction) Clear() { d.source.ready[d.way] = false }

// Wait puts w at the back of the queue, to be woken through lw. Where w is queued already it keeps its place, and
// only lw and who are replaced. who names the waiting operation in errors; it is formatted only then.
//
// It panics if w stands in another queue, or if the source is deregistered: no event could ever wake w.
func (d Direction) Wait(w *Waiter, lw future.LocalWaker, who fmt.Stringer) {
	s := d.source
	if w.next != nil {
		if d.before(w) == nil {
			d.queuedElsewhere()
		}
		w.waker, w.who = lw, who
		return
	}
	if !s.registered {
		d.deregistered()
	}
	w.waker, w.who = lw, who
	if last := s.last[d.way]; last == nil {
		w.next = w
	} else {
		w.next, last.next = last.next, w
	}
	s.last[d.way] = w
	s.reactor.waiting++
}

// WaitAlone is Wait for operations that must not queue: two reads of one stream would split it between them at
// random. If another waiter is queued, w does not join it, and the error names both.
func (d Direction) WaitAlone(w *Waiter, lw future.LocalWaker, who fmt.Stringer) error {
	if !d.First(w) {
		return d.Taken(who)
	}
	d.Wait(w, lw, who)
	return nil
}

// Taken is the error of an operation of who's that must not queue, while another waiter is queued.
//
//go:noinline
func (d Direction) Taken(who fmt.Stringer) error {
	return fmt.Errorf("reactor: %v cannot wait for %v: %v is waiting for it already", who, d.source, d.source.last[d.way].next.who)
}

// Waits reports whether w is queued, put there by who.
func (w *Waiter) Waits(who fmt.Stringer) bool { return w.next != nil && w.who == who }

// What goes wrong is put into words apart, so that the words take no room on the stacks of the tasks that wait.

//go:noinline
func (d Direction) queuedElsewhere() {
	panic(fmt.Sprintf("reactor: a waiter of another queue waits for %v as well; it needs a Waiter of its own", d.source))
}

//go:noinline
func (d Direction) deregistered() {
	panic(fmt.Sprintf("reactor: wait for %v, which is deregistered", d.source))
}

// before returns the waiter whose next one is w, nil if w is not in this queue.
func (d Direction) before(w *Waiter) *Waiter {
	last := d.source.last[d.way]
	if last == nil {
		return nil
	}
	for b := last; ; b = b.next {
		if b.next == w {
			return b
		}
		if b.next == last {
			return nil
		}
	}
}

// Leave takes w out of the queue. If it was the head and the flag is up, the next waiter is woken: it is its turn.
// Leaving without being queued does nothing.
func (d Direction) Leave(w *Waiter) {
	s := d.source
	switch {
	case w.next == nil:
		return
	case w.next == w && s.last[d.way] == w: // it is alone, as those who read always are
		s.last[d.way] = nil
	default:
		before, last := d.before(w), s.last[d.way]
		if before == nil {
			return
		}
		before.next = w.next
		if last == w {
			s.last[d.way] = before
		}
		if before == last && d.Ready() {
			w.next.Wake()
		}
	}
	*w = Waiter{} // a waiter that is not queued keeps nothing alive
	s.reactor.waiting--
}

// First reports whether it is w's turn: w is the head of the queue, or nobody is queued.
func (d Direction) First(w *Waiter) bool {
	last := d.source.last[d.way]
	return last == nil || last.next == w
}

// WakeAll wakes every waiter: something has happened to the source that concerns them all, such as a close or a
// deadline. They stay queued until they Leave.
func (d Direction) WakeAll() {
	last := d.source.last[d.way]
	if last == nil {
		return
	}
	for w := last.next; ; w = w.next {
		w.Wake()
		if w == last {
			return
		}
	}
}

// raise puts the flag up and wakes whose turn it is.
func (d Direction) raise() {
	d.source.ready[d.way] = true
	if last := d.source.last[d.way]; last != nil {
		last.next.Wake()
	}
}

// Wake wakes whoever waits in w, if anybody does.
func (w *Waiter) Wake() { w.waker.Wake() }
