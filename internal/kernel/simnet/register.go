package simnet

import (
	"syscall"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// The poll is epoll's, on edges: a socket to which something happens is marked, and the next Wait reports once what
// it is ready for by then.

// Register adds fd to the poll, and reports what it is ready for.
func (k *Kernel) Register(fd int, token kernel.Token) (errno kernel.Errno) {
	k.counters.Registers++
	if !k.enter() {
		return syscall.EIO
	}
	s, errno := k.socket(fd)
	switch {
	case errno != 0:
	case s.registered:
		errno = syscall.EEXIST
	default:
		s.token, s.registered, s.place = token, true, len(k.registered)
		k.registered = append(k.registered, s)
		if s.poll() != 0 {
			s.raise()
		}
	}
	k.done("register", fd, 0, 0, errno)
	return errno
}

// Deregister takes fd out of the poll.
func (k *Kernel) Deregister(fd int) (errno kernel.Errno) {
	k.counters.Deregisters++
	if !k.enter() {
		return 0
	}
	s, errno := k.socket(fd)
	if errno == 0 && !s.registered {
		errno = syscall.ENOENT
	}
	if errno == 0 {
		s.deregister()
	}
	k.done("deregister", fd, 0, 0, errno)
	return errno
}

func (s *socket) deregister() {
	if !s.registered {
		return
	}
	k := s.kernel
	last := len(k.registered) - 1
	moved := k.registered[last]
	k.registered[last] = nil
	k.registered = k.registered[:last]
	if moved != s {
		k.registered[s.place] = moved
		moved.place = s.place
	}
	s.silence()
}

// silence takes back what was to be reported.
func (s *socket) silence() {
	s.registered = false
	if s.pending {
		s.pending = false
		s.kernel.pending--
	}
	s.held = notHeld
	s.kernel.net.alarms.stop(&s.late)
	s.kernel.net.alarms.stop(&s.owed)
}

// raise says that something has happened to s.
func (s *socket) raise() {
	if s == nil || !s.registered || s.pending {
		return
	}
	if s.withheld() {
		return
	}
	s.mark()
}

// mark has the next Wait report s.
func (s *socket) mark() {
	s.pending = true
	s.kernel.pending++
	s.kernel.ready = append(s.kernel.ready, s)
}

// report takes the mark, and returns what s is ready for.
func (s *socket) report() kernel.Ready {
	s.pending = false
	s.kernel.pending--
	ready := s.poll() | s.untrue
	s.untrue = 0
	return ready
}

// owe has an edge come later: an answer that was false was given, and whoever got it waits for the next one.
func (s *socket) owe() {
	if !s.registered || s.owed.set() {
		return
	}
	n := s.kernel.net
	n.in(&s.owed, n.tape.Between("owed edge", time.Microsecond, 5*time.Millisecond))
}

func (s *socket) happen(which happening) {
	if which == eventComes {
		s.held = notHeld
		if !s.pending {
			s.mark()
		}
		return
	}
	s.raise()
}

// tapeEvent is what is written down of an event: the descriptor, and not the token, whose width is the machine's.
func tapeEvent(k *Kernel, s *socket, ready kernel.Ready) tape.Entry {
	return tape.Entry{
		At: k.net.now, Host: k.host.name, What: "event", FD: s.fd, Result: uint64(ready),
	}
}
