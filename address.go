package eddy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/eddy-go/eddy/internal/kernel"
)

// parseAddress reads "host:port" as package net writes it, with a literal IP address as the host. No host is noHost;
// "localhost" is 127.0.0.1; an IPv4 address written as IPv6 is taken for IPv4, as package net does. Names are not looked
// up: that would block the loop.
func parseAddress(address string, noHost netip.Addr) (kernel.Addr, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return kernel.Addr{}, err
	}
	var ip netip.Addr
	switch host {
	case "":
		ip = noHost
	case "localhost":
		ip = loopback4
	default:
		if ip, err = netip.ParseAddr(host); err != nil {
			return kernel.Addr{}, wrongAddress(address, fmt.Sprintf("host %q is not an IP address or localhost; names are not looked up, except by Dial", host))
		}
		ip = ip.Unmap()
	}
	return kernel.Addr{IP: netip.AddrPortFrom(ip, port)}, nil
}

// splitAddress reads "host:port", whatever the host is. Names of ports are not looked up: that reads a file.
func splitAddress(address string) (host string, port uint16, err error) {
	host, text, err := net.SplitHostPort(address)
	if split, ok := errors.AsType[*net.AddrError](err); ok {
		return "", 0, wrongAddress(address, split.Err+"; write host:port, with an IPv6 address in brackets")
	}
	if text == "" {
		return "", 0, wrongAddress(address, "missing port in address; write host:port, with port 0 for any free one")
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, wrongAddress(address, fmt.Sprintf("port %q is not a number from 0 to 65535", text))
	}
	return host, uint16(number), nil
}

func wrongAddress(address, reason string) error {
	return &net.AddrError{Err: reason, Addr: address}
}

// parsePath reads the path of a Unix socket.
func parsePath(path string) (kernel.Addr, error) {
	if path == "" {
		return kernel.Addr{Unix: true}, &net.AddrError{Err: "empty path of a Unix socket"}
	}
	return kernel.Addr{Path: path, Unix: true}, nil
}

// netAddr turns an address into package net's, or nil if there is none.
func netAddr(a kernel.Addr) net.Addr {
	switch {
	case a.Unix:
		return &net.UnixAddr{Name: a.Path, Net: "unix"}
	case a.IP.IsValid():
		return net.TCPAddrFromAddrPort(a.IP)
	}
	return nil
}

func network(unix bool) string {
	if unix {
		return "unix"
	}
	return "tcp"
}

// loopback4 is this machine, whatever its other addresses are; netip.IPv6Loopback is the other family's.
var loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// toLoopback turns the unspecified address, to which not every system connects, into this machine's.
func toLoopback(a netip.AddrPort) netip.AddrPort {
	ip := netip.IPv6Loopback()
	if a.Addr().Is4() {
		ip = loopback4
	}
	return netip.AddrPortFrom(ip, a.Port())
}

// peerAddr is a kernel.Addr in 16 bytes, where that takes 56: an IPv4 address, as most peers of a busy server have one,
// stands in it, everything else behind a pointer.
type peerAddr struct {
	other *kernel.Addr
	ip    [4]byte
	port  uint16
	ip4   bool // the address is ip and port
}

func peerAddrOf(a kernel.Addr) peerAddr {
	if ip := a.IP.Addr(); ip.Is4() {
		return peerAddr{ip: ip.As4(), port: a.IP.Port(), ip4: true}
	}
	other := a // a copy, so that the common case allocates nothing
	return peerAddr{other: &other}
}

// known reports whether there is a peer. A Unix socket's may have no name.
func (p *peerAddr) known() bool { return p.ip4 || p.other != nil }

func (p *peerAddr) addr() kernel.Addr {
	switch {
	case p.ip4:
		return kernel.Addr{IP: netip.AddrPortFrom(netip.AddrFrom4(p.ip), p.port)}
	case p.other != nil:
		return *p.other
	}
	return kernel.Addr{}
}
