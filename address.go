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
	wrong := func(reason string) (kernel.Addr, error) {
		return kernel.Addr{}, &net.AddrError{Err: reason, Addr: address}
	}
	host, port, err := net.SplitHostPort(address)
	if split, ok := errors.AsType[*net.AddrError](err); ok {
		return wrong(split.Err + "; write host:port, with an IPv6 address in brackets")
	}
	if port == "" {
		return wrong("missing port in address; write host:port, with port 0 for any free one")
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return wrong(fmt.Sprintf("port %q is not a number from 0 to 65535", port))
	}
	var ip netip.Addr
	switch host {
	case "":
		ip = noHost
	case "localhost":
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	default:
		if ip, err = netip.ParseAddr(host); err != nil {
			return wrong(fmt.Sprintf("host %q is not an IP address or localhost; names are not looked up", host))
		}
		ip = ip.Unmap()
	}
	return kernel.Addr{IP: netip.AddrPortFrom(ip, uint16(number))}, nil
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

// toLoopback turns the unspecified address, to which not every system connects, into this machine's.
func toLoopback(a netip.AddrPort) netip.AddrPort {
	ip := netip.IPv6Loopback()
	if a.Addr().Is4() {
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(ip, a.Port())
}
