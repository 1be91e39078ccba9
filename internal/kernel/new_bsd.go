//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

// New returns this system's kernel: kqueue.
func New() (Kernel, error) {
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(fd) // for exec in this process: a child made by fork does not inherit a kqueue
	return NewKqueue(Kqueue{
		Name:   "kqueue",
		Kevent: kevent(fd),
		Close:  func() error { return os.NewSyscallError("close", unix.Close(fd)) },
	})
}
