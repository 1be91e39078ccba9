//go:build freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// These systems make a socket non-blocking and closed on exec in the call that makes it.

func sysSocket(family int) (int, Errno) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, errnoOf(err)
	}
	if errno := silence(fd); errno != 0 {
		_ = unix.Close(fd)
		return -1, errno
	}
	return fd, 0
}

// sysAccept uses package syscall, because package unix has accept4 on two of the systems only. The peer's address
// comes as an allocation. The listener passes SO_NOSIGPIPE on.
func (s *sockets) sysAccept(fd int) (int, Addr, Errno) {
	conn, sa, err := syscall.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return -1, Addr{}, errnoOf(err)
	}
	return conn, s.peerOf(sa), 0
}

// peerOf is addrOf for package syscall's addresses.
func (s *sockets) peerOf(sa syscall.Sockaddr) Addr {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return ipAddr(netip.AddrFrom4(sa.Addr), sa.Port)
	case *syscall.SockaddrInet6:
		return ipAddr(s.ip6(sa.Addr, sa.ZoneId), sa.Port)
	case *syscall.SockaddrUnix:
		return unixAddr(sa.Name)
	}
	return Addr{}
}
