//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// LocalAddr returns the address that the socket is bound to.
func (s *sockets) LocalAddr(fd int) (Addr, Errno) {
	sa, err := unix.Getsockname(fd)
	return s.addrOf(sa), errnoOf(err)
}

// PeerAddr returns the address at the other end.
func (s *sockets) PeerAddr(fd int) (Addr, Errno) {
	sa, err := unix.Getpeername(fd)
	return s.addrOf(sa), errnoOf(err)
}

// sockaddrOf returns a in the system's form, with its address family. An IPv4 address written as IPv6 is taken for
// IPv4, as package net does. The zero Addr has no family: making a socket for it fails with an error of the system.
func (s *sockets) sockaddrOf(a Addr) (family int, sa unix.Sockaddr) {
	ip, port := a.IP.Addr().Unmap(), int(a.IP.Port())
	switch {
	case a.Unix:
		return unix.AF_UNIX, &unix.SockaddrUnix{Name: a.Path}
	case ip.Is4():
		return unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: ip.As4()}
	case ip.Is6():
		return unix.AF_INET6, &unix.SockaddrInet6{Port: port, ZoneId: s.zones.index(ip.Zone()), Addr: ip.As16()}
	}
	return unix.AF_UNSPEC, nil
}

// addrOf is the way back. The zero Addr stands for nil and for families that are not ours.
func (s *sockets) addrOf(sa unix.Sockaddr) Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return ipAddr(netip.AddrFrom4(sa.Addr), sa.Port)
	case *unix.SockaddrInet6:
		return ipAddr(s.ip6(sa.Addr, sa.ZoneId), sa.Port)
	case *unix.SockaddrUnix:
		return unixAddr(sa.Name)
	}
	return Addr{}
}

// ip6 joins an IPv6 address and its scope. An IPv4 peer of a dual-stack socket comes as an IPv4-mapped address and
// is shown as plain IPv4, as package net shows it.
func (s *sockets) ip6(ip [16]byte, scope uint32) netip.Addr {
	return netip.AddrFrom16(ip).Unmap().WithZone(s.zones.name(scope))
}

func ipAddr(ip netip.Addr, port int) Addr {
	return Addr{IP: netip.AddrPortFrom(ip, uint16(port))}
}

func unixAddr(path string) Addr {
	if path == "@" { // how package unix spells an unnamed socket on Linux
		path = ""
	}
	return Addr{Unix: true, Path: path}
}
