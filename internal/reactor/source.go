package reactor

import (
	"fmt"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Kind says what may be concluded from a call that moved fewer bytes than it was asked for.
type Kind uint8

const (
	// Other is a source on which EAGAIN alone says that a direction is not ready: Unix sockets, listeners, and every
	// socket of a kernel that does not report urgent data (kqueue).
	Other Kind = iota
	// TCP is a TCP stream: a short read or write says that the call's direction is not ready.
	TCP
)

// A Source is one registered descriptor. It lives inside whatever owns it: Reactor.Register makes it out of the zero
// Source; after Reactor.Deregister it only answers FD, Registered, Owner and String, and lets its waiters leave. Each
// idle connection holds one, so its fields stand where they leave no gaps.
type Source struct {
	reactor *Reactor
	owner   fmt.Stringer
	last    [2]*Waiter // by way: the end of the ring of those who wait
	fd      int32
	slot    uint32

	ready      [2]bool // by way: the flags
	kind       Kind
	registered bool
	// unusual is set by the first half-close, hang-up, error or urgent data, and never cleared: from then on a short
	// call proves nothing. See raise.
	unusual bool
	urgent  bool // urgent data was reported once
}

// Read is readiness to read or accept.
func (s *Source) Read() Direction { return Direction{s, reading} }

// Write is readiness to write, or the end of a dial.
func (s *Source) Write() Direction { return Direction{s, writing} }

// FD returns the descriptor. It is for calls while Registered, and for the one close after that.
func (s *Source) FD() int { return int(s.fd) }

// Token returns what the kernel's events for s carry, while Registered.
func (s *Source) Token() kernel.Token { return s.reactor.slots.token(s.slot) }

// Registered reports whether s has not been deregistered yet.
func (s *Source) Registered() bool { return s.registered }

// Urgent reports whether urgent data has ever come: then a read may stop at its mark.
func (s *Source) Urgent() bool { return s.urgent }

// Owner returns what was given to Register.
func (s *Source) Owner() fmt.Stringer { return s.owner }

// String returns the owner's name.
func (s *Source) String() string {
	if s.owner == nil {
		return fmt.Sprintf("descriptor %d", s.fd)
	}
	return s.owner.String()
}

// ShortRead notes that a read returned fewer bytes than it was asked for, and more than none. On a TCP stream that
// means drained, and the flag goes down without a second call. Everywhere else the flag stays up until EAGAIN:
//
//   - a Unix socket's read stops at a passed descriptor, and a TCP read stops at an urgent mark, with bytes behind it
//     for which no edge will come (F31);
//   - where the peer's end came with the data, the end is still to be read, and no edge will tell of it again (F11).
func (s *Source) ShortRead() {
	if s.infers() {
		s.Read().Clear()
	}
}

// ShortWrite notes that a write took fewer bytes than were handed to that one call. On a TCP stream that means that
// the send buffer is full: the kernel stopped where it would have answered EAGAIN to the rest, and has noted that
// somebody wants to hear of room, so an edge will come. A vectored write that was given only some of its buffers
// because of the system's limit, and took all of those, is not short.
func (s *Source) ShortWrite() {
	if s.infers() {
		s.Write().Clear()
	}
}

// infers reports whether a short call proves that its direction is not ready.
func (s *Source) infers() bool { return s.kind == TCP && !s.unusual }

// raise notes what an event has reported.
//
// Hang-up and error raise both directions: only the system call can say what they mean for each (F12). Half-close is
// the read direction's alone, and is not a hang-up: what came before it is still to be read, and writing goes on
// (F10).
func (s *Source) raise(ready kernel.Ready) {
	const both = kernel.HangUp | kernel.Failed
	if ready&kernel.Urgent != 0 {
		s.urgent = true
	}
	if ready&(kernel.ReadClosed|kernel.Urgent|both) != 0 {
		s.unusual = true
	}
	if ready&(kernel.Readable|kernel.ReadClosed|kernel.Urgent|both) != 0 {
		s.Read().raise()
	}
	if ready&(kernel.Writable|both) != 0 {
		s.Write().raise()
	}
}
