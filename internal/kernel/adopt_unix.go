//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

// Adopt gives an inherited listening socket the properties of one made by Listen, and returns its address.
func (s *sockets) Adopt(fd int) (Addr, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return Addr{}, os.NewSyscallError("getsockname", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return Addr{}, os.NewSyscallError("fcntl", err)
	}
	unix.CloseOnExec(fd)
	return s.addrOf(sa), nil
}
