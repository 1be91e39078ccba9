package future

import "sync/atomic"

// A child is the target of the wakers that a group hands to one of its futures. It serves one future only, so it has
// no generations beyond live and closed, and the key of its wakers says nothing.
type child struct {
	// Fields of the polling goroutine.
	group   *group
	slot    poller // nil once closed
	next    *child // in the woken list
	index   int32
	queued  bool // stands in the woken list, or is about to be polled in this Poll
	outside bool // its latest poll took a Waker and is pending

	// word says to all goroutines what the child does with a wake.
	word atomic.Uint32
	// nextPosted links the posted list, under the group's mutex.
	nextPosted *child
}

// The bits of child.word.
const (
	// childPosted is up while the child stands in the posted list. Whoever sets it puts the child there; the group
	// clears it after it has taken the child out and before it polls it.
	childPosted = 1 << iota
	// childClosed: the child is final or cancelled. It never falls, and with it up nobody sets childPosted.
	childClosed
)

// WakeLocal puts the child into the woken list, unless it stands there.
func (c *child) WakeLocal(uint64) {
	if c.slot == nil || c.queued {
		return
	}
	g := c.group
	g.woken.push(c)
	if !g.signalled {
		g.signalled = true
		g.parent.Local().Wake()
	}
}

// Wake posts the child to its group, unless it stands there.
//
// The compare-and-swap is repeated until it succeeds, even where childPosted is up already. It is then what publishes
// the waker's writes to the poll that the earlier wake has asked for:
//
//	goroutine                          polling goroutine
//	write data
//	CAS word (posted stays up)
//	                                   clear posted: sees the CAS, and so the data
//	                                   poll the child
//
// If the clear comes first instead, the CAS fails, and the next one finds the bit down and posts the child again. With
// a mere load of the bit, the poll could miss the data, and nobody would ask for another.
func (c *child) Wake(uint64) {
	for {
		word := c.word.Load()
		if word&childClosed != 0 {
			return
		}
		if c.word.CompareAndSwap(word, word|childPosted) {
			if word&childPosted != 0 {
				return
			}
			break
		}
	}
	g := c.group
	g.mu.Lock()
	first := g.posted.push(c)
	parent := g.parent
	g.mu.Unlock()
	// Only the first of those posted wakes the parent: the Poll that follows takes them all.
	if first {
		parent.Wake()
	}
}

// unpost says that the child has left the posted list.
func (c *child) unpost() { c.word.And(^uint32(childPosted)) }

// close makes every later wake do nothing.
func (c *child) close() {
	c.slot = nil
	c.word.Or(childClosed)
}

// queue is the woken list: first in, first out, each child at most once.
type queue struct{ head, tail *child }

func (q *queue) push(c *child) {
	if c.queued {
		return
	}
	c.queued = true
	if q.tail == nil {
		q.head = c
	} else {
		q.tail.next = c
	}
	q.tail = c
}

// pop takes the first child out of a queue that is not empty. The child stays marked as queued until it is polled.
func (q *queue) pop() *child {
	c := q.head
	q.head = c.next
	if q.head == nil {
		q.tail = nil
	}
	c.next = nil
	return c
}

// postedQueue is the posted list: first in, first out. The word of a child keeps it from standing there twice.
type postedQueue struct{ head, tail *child }

// push reports whether c is the first.
func (q *postedQueue) push(c *child) (first bool) {
	first = q.head == nil
	if first {
		q.head = c
	} else {
		q.tail.nextPosted = c
	}
	q.tail = c
	return first
}

// takeAll empties the list and returns its first child; nextPosted leads to the others.
func (q *postedQueue) takeAll() *child {
	c := q.head
	*q = postedQueue{}
	return c
}
