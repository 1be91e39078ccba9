package simnet

import (
	"errors"
	"net/netip"
	"os"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// The network's addresses: hosts are numbered from 1.
var (
	network4 = netip.MustParsePrefix("10.0.0.0/16")
	network6 = netip.MustParsePrefix("fd00:eddd::/64")
	local4   = netip.MustParsePrefix("127.0.0.0/8")
	home4    = netip.MustParseAddr("127.0.0.1")
	home6    = netip.IPv6Loopback()

	any4 = kernel.Addr{IP: netip.AddrPortFrom(netip.IPv4Unspecified(), 0)}
	any6 = kernel.Addr{IP: netip.AddrPortFrom(netip.IPv6Unspecified(), 0)}
)

func numbered4(n int) netip.Addr {
	b := network4.Addr().As4()
	b[2], b[3] = byte(n>>8), byte(n)
	return netip.AddrFrom4(b)
}

func numbered6(n int) netip.Addr {
	b := network6.Addr().As16()
	b[14], b[15] = byte(n>>8), byte(n)
	return netip.AddrFrom16(b)
}

// plain is an address as the kernel keeps it: an IPv4 address written as IPv6 is IPv4, and zones mean nothing, because
// hosts have no link-local addresses.
func plain(a kernel.Addr) kernel.Addr {
	if a.Unix {
		return kernel.Addr{Unix: true, Path: a.Path}
	}
	return addrOf(a.IP.Addr().Unmap().WithZone(""), a.IP.Port())
}

func addrOf(ip netip.Addr, port uint16) kernel.Addr {
	return kernel.Addr{IP: netip.AddrPortFrom(ip, port)}
}

// has reports whether ip is one of the host's own addresses.
func (h *Host) has(ip netip.Addr) bool {
	return ip == h.addr4 || ip == h.addr6 || ip == home6 || local4.Contains(ip)
}

// route finds the host that ip belongs to, and the address from which it is reached. to is nil if nobody has the
// address, which takes a while to learn; errno says that there is no way to it at all.
func (h *Host) route(ip netip.Addr) (to *Host, from netip.Addr, errno kernel.Errno) {
	switch {
	case local4.Contains(ip):
		return h, home4, 0
	case h.has(ip):
		return h, ip, 0
	case network4.Contains(ip):
		return h.net.owner(ip), h.addr4, 0
	case network6.Contains(ip):
		return h.net.owner(ip), h.addr6, 0
	}
	return nil, netip.Addr{}, syscall.ENETUNREACH
}

func (n *Net) owner(ip netip.Addr) *Host {
	b := ip.AsSlice()
	i := int(b[len(b)-2])<<8 + int(b[len(b)-1]) - 1
	if i < 0 || i >= len(n.hosts) || !n.hosts[i].has(ip) {
		return nil
	}
	return n.hosts[i]
}

// callError wraps the error number of a call, as package os does; 0 is no error.
func callError(call string, errno kernel.Errno) error {
	if errno == 0 {
		return nil
	}
	return os.NewSyscallError(call, errno)
}

// numberOf is what is written down of an error.
func numberOf(err error) kernel.Errno {
	var errno kernel.Errno
	if err != nil && !errors.As(err, &errno) {
		return syscall.ECANCELED // an error of Control's own
	}
	return errno
}
