package simnet

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Shutdown ends one or both directions.
func (k *Kernel) Shutdown(fd int, how kernel.How) (errno kernel.Errno) {
	k.counters.Shutdowns++
	if !k.enter() {
		return syscall.EIO
	}
	s, errno := k.socket(fd)
	if errno == 0 {
		errno = s.shutdown(how != kernel.ShutWrite, how != kernel.ShutRead)
		s.raise() // Linux wakes whoever waits, whatever came of it
	}
	k.done("shutdown", fd, uint64(how), 0, errno)
	return errno
}

func (s *socket) shutdown(read, write bool) kernel.Errno {
	switch {
	case s.listener != nil && !s.listener.closed:
		if read && s.unix {
			s.listener.closed = true // those in the queue can still be accepted
		} else if read {
			s.listener.close()
		}
		return 0
	case s.end == nil || s.end.state == shut:
		return syscall.ENOTCONN
	case s.end.state == connecting:
		s.end.failure = syscall.ECONNRESET
		s.end.die()
		return 0
	case s.unix:
		s.end.shutdownUnix(read, write)
		return 0
	}
	s.end.readShut = s.end.readShut || read
	if write {
		s.end.endStream()
	}
	return 0
}

// endStream ends what this end sends, behind what was written.
func (e *end) endStream() {
	if e.writeShut {
		return
	}
	e.writeShut, e.out.fin = true, true
	e.transmit()
}

// close ends a connection whose descriptor is gone. Input that was not read is a reset, as is the option; else the end
// goes on alone, until the peer has all bytes and has ended its stream too.
func (e *end) close() {
	switch {
	case e.unix:
		e.closeUnix()
	case e.state != open:
		e.die()
	case e.peer.out.waiting() > 0, e.options.resetOnClose && !(e.finished && e.out.finSent):
		e.abort()
	default:
		e.orphan, e.readShut = true, true
		e.endStream()
	}
}

// abort resets the connection. What was not sent is dropped.
func (e *end) abort() {
	e.listener = nil
	if e.unix {
		e.failUnix()
		return
	}
	was := e.state
	e.die()
	if was == open {
		e.sendReset()
	}
}

// resetErrno is what a reset is to the process: after the end of the peer's stream, the writer's business.
func (e *end) resetErrno() kernel.Errno {
	if e.finished {
		return syscall.EPIPE
	}
	return syscall.ECONNRESET
}
