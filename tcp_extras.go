package eddy

import (
	"sync/atomic"
	"time"

	"github.com/eddy-go/eddy/internal/reactor"
)

// extras are what few streams need. A stream that does without holds a nil pointer in their place. Once made they stay.
type extras struct {
	stream *TCPStream

	deadlines [2]deadline // by direction
	idle      idleTimeout
	setCalls  atomic.Uint64 // of SetDeadline and SetIdleTimeout, which come from any goroutine
	settled   uint64        // how many of them were carried out

	lingers time.Duration // after Close, for the peer's end
	adapter *netConn      // that NetConn has made

	writer      reactor.Waiter // of PollWrite
	writePolled bool           // it is queued
}

// extra makes the extras of s, unless they are there. From any goroutine.
func (s *TCPStream) extra() *extras {
	if x := s.extras.Load(); x != nil {
		return x
	}
	x := &extras{stream: s, lingers: defaultLinger}
	x.deadlines[readDirection].at, x.deadlines[writeDirection].at = noDeadline, noDeadline
	s.extras.CompareAndSwap(nil, x)
	return s.extras.Load()
}

// idleKey is the key of the idle timeout's waker; that of a deadline's is its direction.
const idleKey = 2

// WakeLocal implements future.Target for the timers of the deadlines and the idle timeout.
func (x *extras) WakeLocal(key uint64) {
	if key == idleKey {
		x.idleTimer()
		return
	}
	x.stream.direction(whichDirection(key)).WakeAll()
}

// Wake is never used: timers fire on the loop.
func (x *extras) Wake(key uint64) { x.WakeLocal(key) }

// overdue reports whether operations of a direction fail because their time is over.
func (x *extras) overdue(w whichDirection) bool {
	return x.idle.expired || x.deadlines[w].at <= x.stream.rt.reactor.Sample()
}

// unsettled reports whether something was set that the loop has not carried out yet.
func (x *extras) unsettled() bool { return x.setCalls.Load() != x.settled }

// stop disarms the timers: the stream is closed.
func (x *extras) stop() {
	x.setDeadline(readDirection, noDeadline)
	x.setDeadline(writeDirection, noDeadline)
	x.stopIdle()
}

// endAdapter ends the adapter with the stream, however that is closed.
func (x *extras) endAdapter() {
	if x.adapter != nil {
		x.adapter.finish()
	}
}
