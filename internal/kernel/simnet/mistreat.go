package simnet

import (
	"syscall"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Where the faults strike, apart from reads, writes and the end of a stream, which have theirs on the spot.

// hold is why an event is withheld.
type hold uint8

const (
	notHeld     hold = iota
	heldLate         // until its time comes
	heldForNext      // until the next one, at most until its time comes
)

// The longest times that events are withheld. Picked.
const (
	latestEvent = 20 * time.Millisecond
	latestMerge = 50 * time.Millisecond
)

// withheld reports whether an event that is due on s is withheld.
func (s *socket) withheld() bool {
	n := s.kernel.net
	switch {
	case s.held == heldLate:
		return true
	case s.held == heldForNext: // this is the next one
		s.held = notHeld
		n.alarms.stop(&s.late)
		return false
	case n.strike(LateEvent):
		s.held = heldLate
		n.in(&s.late, n.tape.Between("late event", time.Microsecond, latestEvent))
		return true
	case n.strike(MergedEvents):
		s.held = heldForNext
		n.in(&s.late, n.tape.Between("merged events", time.Microsecond, latestMerge))
		return true
	}
	return false
}

// spurious has an event come from a socket to which nothing has happened, or a wake from nobody.
func (k *Kernel) spurious() {
	n := k.net
	if len(k.registered) > 0 && n.strike(SpuriousEvent) {
		s := k.registered[n.tape.Below("spurious event", len(k.registered))]
		s.untrue = []kernel.Ready{
			kernel.Readable | kernel.Writable, kernel.Readable, kernel.Writable,
		}[n.tape.Below("spurious event", 3)]
		if !s.pending {
			s.mark()
		}
	}
	if n.strike(StrayWake) {
		k.woken.Store(true)
	}
}

// What accept may fail with: for want of something, with the connection left in the queue, or because of what has
// happened to the connection, which is taken (F7, F8).
var (
	wants = [...]kernel.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM}
	fates = [...]kernel.Errno{
		syscall.ECONNABORTED, syscall.EPROTO, syscall.ENETDOWN, syscall.ENOPROTOOPT, syscall.EHOSTDOWN,
		syscall.EHOSTUNREACH, syscall.EOPNOTSUPP, syscall.ENETUNREACH,
	}
)

// failAccept has an accept fail that would succeed.
func (s *socket) failAccept() kernel.Errno {
	n := s.kernel.net
	switch {
	case n.strike(FalseReady):
		s.owe()
		return syscall.EAGAIN
	case n.strike(AcceptFull):
		return wants[n.tape.Below("accept full", len(wants))]
	case n.strike(AcceptBroken):
		s.listener.take().abort()
		return fates[n.tape.Below("accept broken", len(fates))]
	}
	return 0
}

// mistreat has something happen to a connection that sends bytes.
func (e *end) mistreat() {
	n := e.host.net
	if n.strike(Stall) {
		e.out.stalled = n.now + n.tape.Between("stall", 10*time.Millisecond, 5*time.Second)
	}
	if !e.unix && n.strike(HalfOpen) {
		n.note(e.host, "half-open", e.fd(), 0, 0, 0)
		e.muted, e.peer.muted = true, true
		e.suspect()
		e.peer.suspect()
	}
}

// resetsNow decides whether the network resets the connection with the bytes that arrive.
func (e *end) resetsNow() bool {
	n := e.host.net
	if n.strike(Reset) {
		return true
	}
	if !n.tape.Chance("link's reset", e.wire.Reset) {
		return false
	}
	n.faults[Reset].hits++
	return true
}
