//go:build unix

package eddy_test

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// duplicate returns a second descriptor of a socket, as a service manager would hand one over.
func duplicate(t *testing.T, c syscall.Conn) (fd int) {
	t.Helper()
	raw := got(c.SyscallConn())(t)
	must(t, raw.Control(func(original uintptr) {
		var err error
		fd, err = unix.FcntlInt(original, unix.F_DUPFD_CLOEXEC, 3)
		must(t, err)
	}))
	return fd
}
