package esync

import (
	"fmt"
	"strings"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// Send sends an item. It waits while c is full; without a buffer, until one who receives is there. On a closed Chan it
// returns ErrClosed. In a task that is cancelled it returns eddy.ErrCanceled, in an expired WithTimeout
// os.ErrDeadlineExceeded, whether it would have to wait or not. With an error the item was not sent. From a task.
func (c *Chan[T]) Send(rt *eddy.Runtime, v T) error {
	if err := rt.Spend(); err != nil {
		return err
	}
	if err := c.send(v); err != future.Pending {
		return err
	}
	w := c.sendWaits.take()
	*w = sending[T]{to: c, item: v, direct: true}
	_, err := eddy.Await[struct{}](rt, w)
	if w.sent {
		err = nil // cancelled, but the item was received before
	}
	w.drop()
	c.sendWaits.put(w)
	return err
}

// TrySend sends an item if that needs no wait, and reports whether it has. From a task.
func (c *Chan[T]) TrySend(v T) bool { return c.send(v) == nil }

// SendFuture returns a future that sends an item. One that is cancelled has not sent it, and will not. For that the item
// goes out in a poll of the future and never between two, so TryRecv does not see that it is offered, and what is sent
// between the future's turn in the line and its poll comes out before its item, if there is a place more. A Select2 of a
// SendFuture and a RecvFuture of one Chan is a sender and a receiver, and so may send to itself: then its item is in the
// Chan. From a task.
func (c *Chan[T]) SendFuture(v T) eddy.Future[struct{}] { return &sending[T]{to: c, item: v} }

// send sends an item if there is room, and so nobody who was first. Its error is Pending if not.
func (c *Chan[T]) send(v T) error {
	switch {
	case c.closed:
		return ErrClosed
	case !c.room():
		return future.Pending
	}
	c.put(v)
	return nil
}

// put sends an item for which there is room.
func (c *Chan[T]) put(v T) {
	c.items.push(v)
	if c.receivers.first != nil {
		c.called++
		c.callReceiver(true)
	}
}

// callSender takes the first sender out of the line: its item is sent, or it has a place for it, or c is closed.
func (c *Chan[T]) callSender() {
	w := c.senders.pop()
	switch s := w.value; {
	case !s.direct:
		c.reserved++
	case !c.closed:
		c.put(s.item)
		s.sent = true
	}
	w.serve()
}

// A sending is one wait to send an item.
type sending[T any] struct {
	waiter[*sending[T]]
	to   *Chan[T]
	item T
	// direct: the item may go out while the task is parked, which saves the receiver from waiting for its poll. It is
	// for straight-line code, which can tell its caller even if it is cancelled meanwhile.
	direct bool
	sent   bool // the item has gone out so
}

func (w *sending[T]) Poll(cx *future.Context) (struct{}, error) {
	switch w.state {
	case over:
		future.PolledAfterDone("SendFuture")
	case fresh:
		if !w.direct {
			if !cx.Spend() {
				return struct{}{}, future.Pending
			}
			if err := w.to.send(w.item); err != future.Pending {
				w.drop()
				return struct{}{}, err
			}
		}
		w.value = w
		w.to.senders.push(&w.waiter)
	case served:
		if err := w.turn(); err != future.Pending {
			w.drop()
			return struct{}{}, err
		}
		w.to.senders.putBack(&w.waiter) // the receiver that the place was for is cancelled
	}
	w.waker = cx.LocalWaker()
	return struct{}{}, future.Pending
}

// turn is the poll of a sender that was called.
func (w *sending[T]) turn() error {
	c := w.to
	if !w.direct {
		c.reserved--
	}
	switch {
	case w.sent:
		return nil
	case c.closed:
		return ErrClosed
	case !c.room():
		return future.Pending
	}
	c.put(w.item)
	return nil
}

// drop ends the wait and lets go of the item.
func (w *sending[T]) drop() {
	var none T
	w.item = none
	w.end()
}

// Cancel leaves the line. A place that the wait was called for is the next one's.
func (w *sending[T]) Cancel() {
	c := w.to
	switch {
	case w.state == queued:
		c.senders.remove(&w.waiter)
	case w.state == served && !w.direct:
		c.reserved--
		c.settle()
	}
	w.drop()
}

// String says what the wait is for, in task dumps.
func (w *sending[T]) String() string {
	if w.to.capacity == 0 {
		return fmt.Sprintf("a receiver at an %s (%s)", w.to.name(), inLine(w.to.senders.n))
	}
	return fmt.Sprintf("room in an %s (%s)", w.to.name(), inLine(w.to.senders.n))
}

func (c *Chan[T]) name() string { return strings.TrimPrefix(fmt.Sprintf("%T", c), "*") }
