//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// maxBacklog asks for the system's maximum: all systems cut a larger number down to their own limit.
const maxBacklog = math.MaxInt32

// Listen makes a listening socket bound to addr.
func (s *sockets) Listen(addr Addr, opt ListenOptions) (int, error) {
	family, sa := s.sockaddrOf(addr)
	fd, errno := s.open(family)
	if errno != 0 {
		return -1, os.NewSyscallError("socket", errno)
	}
	if err := s.listen(fd, family, sa, addr, opt); err != nil {
		s.Close(fd)
		return -1, err
	}
	return fd, nil
}

func (s *sockets) listen(fd, family int, sa unix.Sockaddr, addr Addr, opt ListenOptions) error {
	if err := setListenOptions(fd, family, opt); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	if opt.Control != nil {
		if err := opt.Control(fd); err != nil {
			return err
		}
	}
	backlog := opt.Backlog
	if backlog <= 0 {
		backlog = maxBacklog
	}
	if family == unix.AF_UNIX {
		return s.listenUnix(fd, sa, addr.Path, backlog, opt.UnixMode)
	}
	return bindAndListen(fd, sa, backlog)
}

func bindAndListen(fd int, sa unix.Sockaddr, backlog int) error {
	if err := unix.Bind(fd, sa); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("listen", unix.Listen(fd, backlog))
}

func setListenOptions(fd, family int, opt ListenOptions) error {
	if family == unix.AF_UNIX {
		return nil
	}
	// A server can start again while connections of the last one linger in TIME_WAIT.
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if opt.ReusePort {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return err
		}
	}
	if family == unix.AF_INET6 {
		return setV6Only(fd, opt.V6Only)
	}
	return nil
}

// setV6Only is made in both cases, because what holds without it is the system administrator's choice.
func setV6Only(fd int, only bool) error {
	if only {
		return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	// OpenBSD and DragonFly never take IPv4 on an IPv6 socket and refuse the wish. The listener is good for IPv6
	// all the same.
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0)
	return nil
}
