package esync

import (
	"errors"
	"iter"

	"github.com/eddy-go/eddy"
)

// ErrClosed is the result of what is asked of a Chan that was closed.
var ErrClosed = errors.New("esync: channel closed")

// A Chan carries items from task to task. It is bounded: who sends waits while it is full. The zero Chan has no buffer:
// who sends waits for one who receives. Items come out in the order in which they went in; tasks that wait are served in
// the order in which they came.
//
// A Send that returns nil has sent the item, once, and any other has not; so it is with a Recv. What was sent stays in the
// Chan if the one who was to receive it is cancelled, even where there is no buffer.
//
// Each Send and Recv takes one unit of the task's budget, as a read does: a task that always finds an item lets others
// run from time to time.
type Chan[T any] struct {
	_        noCopy
	capacity int
	closed   bool

	// items are those that were sent. Some are spoken for: called counts the receivers that have left the line for one
	// each and whose poll is to come. Which item it is, the poll decides: the first. So a receiver that is cancelled
	// changes the order of nothing.
	items  ring[T]
	called int
	// reserved counts the senders that have left the line for a place each and whose poll is to come.
	reserved int

	receivers    queue[bool] // each learns whether there is an item for it
	senders      queue[*sending[T]]
	receiveWaits spares[receiving[T]]
	sendWaits    spares[sending[T]]
}

// NewChan returns a Chan with room for so many items. It panics if capacity is negative. Room is allocated as it is
// needed.
func NewChan[T any](capacity int) *Chan[T] {
	if capacity < 0 {
		panic("esync: NewChan with a negative capacity")
	}
	return &Chan[T]{capacity: capacity}
}

// Len returns how many items are there to be received. From a task.
func (c *Chan[T]) Len() int { return c.items.n - c.called }

// Cap returns how many items c has room for.
func (c *Chan[T]) Cap() int { return c.capacity }

// Close ends the sending: every Send, also of those that wait, returns ErrClosed and its item is not sent. What was sent
// before can still be received; then every Recv returns ErrClosed. A second Close returns ErrClosed. From a task.
func (c *Chan[T]) Close() error {
	if c.closed {
		return ErrClosed
	}
	c.closed = true
	c.settle()
	return nil
}

// All returns a loop over the items: it receives until c is closed and empty. It ends as well where the task's waits
// fail, because it is cancelled or a WithTimeout has expired; what comes after the loop learns it from its next wait.
// From a task.
//
//	for item := range c.All(rt) {
func (c *Chan[T]) All(rt *eddy.Runtime) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := c.Recv(rt)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// room reports whether one more item may be sent. An item for one who waits for it needs no place in the buffer.
func (c *Chan[T]) room() bool {
	return c.items.n+c.reserved-c.called-c.receivers.n < c.capacity
}

// settle serves those who stand in line as far as items and places reach. Afterwards
//
//   - receivers stand in line only if all items are spoken for, and not at all once c is closed and empty;
//   - senders stand in line only if there is no room, and not at all once c is closed.
func (c *Chan[T]) settle() {
	for {
		switch {
		case c.receivers.first != nil && c.items.n > c.called:
			c.called++
			c.callReceiver(true)
		case c.senders.first != nil && (c.closed || c.room()):
			c.callSender()
		case c.receivers.first != nil && c.closed && c.items.n == 0:
			c.callReceiver(false)
		default:
			return
		}
	}
}
