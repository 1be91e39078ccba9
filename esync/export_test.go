package esync

import "github.com/eddy-go/eddy/future"

// StraightSend returns the wait of a Send in straight-line code, to be polled by hand, and whether the item has gone out.
func (c *Chan[T]) StraightSend(v T) (f future.Future[struct{}], sent func() bool) {
	w := &sending[T]{to: c, item: v, direct: true}
	return w, func() bool { return w.sent }
}

// StraightRecv returns the wait of a Recv in straight-line code, to be polled by hand.
func (c *Chan[T]) StraightRecv() future.Future[T] { return &receiving[T]{from: c, paid: true} }

// MaxSpares is how many waits are kept for reuse.
const MaxSpares = maxSpares

// Kept returns how many m keeps now.
func (m *Mutex) Kept() int { return len(m.permits.spares.kept) }
