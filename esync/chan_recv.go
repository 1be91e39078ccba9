package esync

import (
	"fmt"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// Recv returns the next item. It waits until there is one. Once c is closed and empty it returns ErrClosed. In a task
// that is cancelled it returns eddy.ErrCanceled, in an expired WithTimeout os.ErrDeadlineExceeded, whether it would have
// to wait or not, and takes no item. From a task.
func (c *Chan[T]) Recv(rt *eddy.Runtime) (T, error) {
	if err := rt.Spend(); err != nil {
		var none T
		return none, err
	}
	if v, err := c.receive(); err != future.Pending {
		return v, err
	}
	w := c.receiveWaits.take()
	*w = receiving[T]{from: c, paid: true}
	v, err := eddy.Await[T](rt, w)
	c.receiveWaits.put(w)
	return v, err
}

// TryRecv returns the next item if that needs no wait. From a task.
func (c *Chan[T]) TryRecv() (v T, ok bool) {
	v, err := c.receive()
	return v, err == nil
}

// RecvFuture returns a future of the next item. One that is cancelled has taken none, so a Select2 of several loses
// nothing. From a task.
func (c *Chan[T]) RecvFuture() eddy.Future[T] { return &receiving[T]{from: c} }

// receive takes the first item that is not spoken for. Its error is Pending if there is none.
func (c *Chan[T]) receive() (T, error) {
	if c.items.n == c.called && !c.offered() {
		var none T
		if c.closed && c.items.n == 0 {
			return none, ErrClosed
		}
		return none, future.Pending
	}
	v := c.items.pop()
	if c.senders.first != nil {
		c.settle()
	}
	return v, nil
}

// offered lets the first sender in line have its item sent, if there would be room with one receiver more. There is none
// while receivers stand in line: they come first.
func (c *Chan[T]) offered() bool {
	first := c.senders.first
	if first == nil || !first.value.direct || c.items.n+c.reserved-c.called > c.capacity {
		return false
	}
	c.callSender()
	return true
}

// take is the poll of a receiver that was called.
func (c *Chan[T]) take() T {
	c.called--
	v := c.items.pop()
	c.settle()
	return v
}

// callReceiver takes the first receiver out of the line: for an item, or because there will be none.
func (c *Chan[T]) callReceiver(item bool) {
	w := c.receivers.pop()
	w.value = item
	w.serve()
}

// A receiving is one wait for an item.
type receiving[T any] struct {
	waiter[bool]
	from *Chan[T]
	paid bool // by straight-line code, which looked before it waited
}

func (w *receiving[T]) Poll(cx *future.Context) (T, error) {
	var none T
	c := w.from
	switch w.state {
	case over:
		future.PolledAfterDone("RecvFuture")
	case served:
		item := w.value
		w.end()
		if !item {
			return none, ErrClosed
		}
		return c.take(), nil
	case fresh:
		if !w.paid {
			if !cx.Spend() {
				return none, future.Pending
			}
			if v, err := c.receive(); err != future.Pending {
				w.end()
				return v, err
			}
		}
		w.waker = cx.LocalWaker()
		c.receivers.push(&w.waiter)
		c.settle() // a sender may have waited for one who receives
		return none, future.Pending
	}
	w.waker = cx.LocalWaker()
	return none, future.Pending
}

// Cancel leaves the line. An item that the wait was called for is the next one's.
func (w *receiving[T]) Cancel() {
	c := w.from
	switch {
	case w.state == queued:
		c.receivers.remove(&w.waiter)
	case w.state == served && w.value:
		c.called--
		c.settle()
	}
	w.end()
}

// String says what the wait is for, in task dumps.
func (w *receiving[T]) String() string {
	return fmt.Sprintf("an item of an %s (%s)", w.from.name(), inLine(w.from.receivers.n))
}
