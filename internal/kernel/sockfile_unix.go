//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// A Unix socket's file outlives its server: after a crash nobody listens on it, and still bind refuses the path. So
// a file on which nobody listens is replaced, and everything else is left alone.

// listenUnix binds fd to path, sets the file's mode and listens. Between bind and listen the system refuses
// connections, so the mode holds before the first one can come. The umask would do it in one step, but it belongs to
// the whole process.
func (s *sockets) listenUnix(fd int, sa unix.Sockaddr, path string, backlog int, mode uint32) error {
	err := unix.Bind(fd, sa)
	if err == unix.EADDRINUSE && s.removeStale(path) {
		err = unix.Bind(fd, sa)
	}
	if err != nil {
		return os.NewSyscallError("bind", err)
	}
	if mode != 0 && hasFile(path) {
		err = os.NewSyscallError("chmod", ignoringEINTR(func() error { return unix.Chmod(path, mode) }))
	}
	if err == nil {
		err = os.NewSyscallError("listen", unix.Listen(fd, backlog))
	}
	if err != nil {
		s.Unlink(path)
	}
	return err
}

// removeStale removes the socket file at path if nobody listens on it, and reports whether binding is worth another
// try. Two servers that start on one path in the same instant may still replace each other: a file system has no way
// to test and replace a socket in one step.
func (s *sockets) removeStale(path string) bool {
	if !hasFile(path) {
		return false
	}
	var st unix.Stat_t
	err := ignoringEINTR(func() error { return unix.Lstat(path, &st) })
	if err == unix.ENOENT { // its owner removed it just now
		return true
	}
	if err != nil || st.Mode&unix.S_IFMT != unix.S_IFSOCK {
		return false
	}
	return s.refuses(path) && s.Unlink(path) == 0
}

// refuses reports whether a connection to path is refused. Only that proves that nobody listens: EAGAIN is a live
// listener with a full backlog, EPROTOTYPE a socket of another type, and EACCES says nothing.
func (s *sockets) refuses(path string) bool {
	probe, errno := s.open(unix.AF_UNIX)
	if errno != 0 {
		return false
	}
	defer s.Close(probe)
	s.counters.Dials++
	return unix.Connect(probe, &unix.SockaddrUnix{Name: path}) == unix.ECONNREFUSED
}

// Unlink removes a Unix socket's file.
func (s *sockets) Unlink(path string) Errno {
	if !hasFile(path) {
		return 0
	}
	return errnoOf(ignoringEINTR(func() error { return unix.Unlink(path) }))
}

// hasFile reports whether a Unix socket of this name stands in the file system. Unnamed sockets and Linux's abstract
// names do not.
func hasFile(path string) bool {
	abstract := runtime.GOOS == "linux" && strings.HasPrefix(path, "@")
	return path != "" && !abstract
}
