//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
)

// waitingBytes asks the kernel how many bytes have come that were not read. The runtime cannot know: it hears of bytes
// in its next turn, and of "some", not of how many.
func waitingBytes(s *eddy.TCPStream) int64 {
	n := 0
	onDescriptor(s, func(fd int) { n, _ = unix.IoctlGetInt(fd, bytesToRead) })
	return int64(n)
}

// connectionWaits asks the kernel whether an accept would succeed now.
func connectionWaits(l *eddy.TCPListener) bool {
	n := 0
	onDescriptor(l, func(fd int) {
		for again := true; again; {
			var err error
			n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
			again = err == unix.EINTR
		}
	})
	return n > 0
}

// maxUnixPath is how many bytes the path of a Unix socket may have: the last one of the field is a NUL.
const maxUnixPath = len(unix.RawSockaddrUnix{}.Path) - 1

func onDescriptor(s syscall.Conn, f func(fd int)) {
	if conn, err := s.SyscallConn(); err == nil {
		conn.Control(func(fd uintptr) { f(int(fd)) })
	}
}

// descriptorLimit returns how many descriptors this process may have. (Go has raised it to the hard limit.)
func descriptorLimit() (limit uint64, known bool) {
	var r unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &r) != nil {
		return 0, false
	}
	return uint64(r.Cur), true
}
