//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// Dial makes a socket and starts to connect it.
func (s *sockets) Dial(addr Addr, opt DialOptions) (int, bool, error) {
	family, sa := s.sockaddrOf(thisHost(addr))
	fd, errno := s.open(family)
	if errno != 0 {
		return -1, false, os.NewSyscallError("socket", errno)
	}
	connected, err := s.dial(fd, sa, opt)
	if err != nil {
		s.Close(fd)
		return -1, false, err
	}
	return fd, connected, nil
}

func (s *sockets) dial(fd int, sa unix.Sockaddr, opt DialOptions) (connected bool, err error) {
	if opt.Control != nil {
		if err := opt.Control(fd); err != nil {
			return false, err
		}
	}
	if opt.Local != (Addr{}) {
		_, local := s.sockaddrOf(opt.Local)
		if err := unix.Bind(fd, local); err != nil {
			return false, os.NewSyscallError("bind", err)
		}
	}
	s.counters.Dials++
	switch err := unix.Connect(fd, sa); err {
	case nil:
		return true, nil
	case unix.EINPROGRESS, unix.EINTR:
		// An interrupted connect goes on by itself; making the call again would answer EALREADY.
		return false, nil
	default:
		return false, os.NewSyscallError("connect", err)
	}
}

// thisHost turns the unspecified address, which some systems do not connect to, into the loopback address, which is
// what it means to those that do.
func thisHost(a Addr) Addr {
	ip := a.IP.Addr().Unmap()
	switch {
	case !ip.IsUnspecified():
		return a
	case ip.Is4():
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	default:
		ip = netip.IPv6Loopback()
	}
	return ipAddr(ip, int(a.IP.Port()))
}
