//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"time"

	"golang.org/x/sys/unix"
)

// sockets is the part of a kernel that is the same on every Unix system: all of it but the poll and the wake-up. The
// pollers embed it. What differs between the systems stands behind a few functions, in one file for each family:
// sysSocket, sysAccept, sysRead, sysWrite, sysWritev, sysClose, sysThreadID, and the keep-alive constants.
//
// It belongs to the loop's goroutine, as every call of a Kernel but Wake does.
type sockets struct {
	start    time.Time
	counters Counters
	zones    zones
	scratch  scratch // memory that the system's sysAccept and sysWritev reuse
}

func newSockets() sockets { return sockets{start: time.Now()} }

// Start returns the moment from which Now counts.
func (s *sockets) Start() time.Time { return s.start }

// Now returns the monotonic time since Start.
func (s *sockets) Now() time.Duration { return time.Since(s.start) }

// ThreadID returns the identity of the calling thread, or 0 where threads cannot be told apart.
func (s *sockets) ThreadID() int { return sysThreadID() }

// Counters counts the calls made so far.
func (s *sockets) Counters() *Counters { return &s.counters }

// Accept takes one connection; EAGAIN means that there is none.
func (s *sockets) Accept(fd int) (int, Addr, Errno) {
	for {
		s.counters.Accepts++
		conn, peer, errno := s.sysAccept(fd)
		if errno == unix.EINTR {
			continue
		}
		if errno == 0 {
			conn, errno = s.aboveStandard(conn)
		}
		return conn, peer, errno
	}
}

// Read reads into p, which is not empty. 0 with no error is the end of the stream.
func (s *sockets) Read(fd int, p []byte) (int, Errno) {
	for {
		s.counters.Receives++
		n, errno := sysRead(fd, p)
		switch errno {
		case 0:
			afterReceive(fd)
			return int(n), 0
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// Write writes some of p, which is not empty.
func (s *sockets) Write(fd int, p []byte) (int, Errno) {
	beforeSend()
	for {
		s.counters.Sends++
		n, errno := sysWrite(fd, p)
		switch errno {
		case 0:
			return int(n), 0
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// Writev writes some of the buffers, in order. Where there is nothing to write it makes no call.
func (s *sockets) Writev(fd int, bufs [][]byte) (int, Errno) {
	for {
		if len(bufs) == 0 {
			return 0, 0
		}
		if len(bufs[0]) > 0 {
			break
		}
		bufs = bufs[1:]
	}
	beforeSend()
	for {
		s.counters.Sends++
		n, errno := s.sysWritev(fd, bufs)
		if errno != unix.EINTR {
			return n, errno
		}
	}
}

// Shutdown ends one or both directions.
func (s *sockets) Shutdown(fd int, how How) Errno {
	s.counters.Shutdowns++
	direction := unix.SHUT_RDWR
	switch how {
	case ShutRead:
		direction = unix.SHUT_RD
	case ShutWrite:
		direction = unix.SHUT_WR
	}
	return errnoOf(unix.Shutdown(fd, direction))
}

// Close gives the descriptor back. It is called once whatever it returns: after EINTR the descriptor is gone, and
// its number may already be another thread's.
func (s *sockets) Close(fd int) Errno {
	s.counters.Closes++
	if errno := sysClose(fd); errno != unix.EINTR {
		return errno
	}
	return 0
}

// open makes a stream socket: non-blocking, closed on exec, without SIGPIPE, above the standard descriptors.
func (s *sockets) open(family int) (int, Errno) {
	fd, errno := sysSocket(family)
	if errno != 0 {
		return -1, errno
	}
	return s.aboveStandard(fd)
}

// firstFree is the lowest descriptor that a socket may have.
const firstFree = 3

// aboveStandard moves a new socket away from the descriptors 0 to 2. In a program that was started with one of them
// closed the next socket takes its number; then whatever writes to standard error writes to a client, and Go's
// runtime ends a program whose write to descriptor 1 or 2 fails with EPIPE (F14).
func (s *sockets) aboveStandard(fd int) (int, Errno) {
	if fd >= firstFree {
		return fd, 0
	}
	moved, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, firstFree)
	s.Close(fd)
	if err != nil {
		return -1, errnoOf(err)
	}
	return moved, 0
}

// errnoOf turns the error of a call of package unix into what it always is: an Errno, or nil for 0.
func errnoOf(err error) Errno {
	if err == nil {
		return 0
	}
	return err.(Errno)
}

// ignoringEINTR repeats a call that a signal interrupted. It is for calls that are not on a hot path.
func ignoringEINTR(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
