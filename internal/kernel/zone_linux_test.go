package kernel

import (
	"net"
	"net/netip"
	"strconv"
	"testing"
)

func TestZonesAreInterfaces(t *testing.T) {
	interfaces, err := net.Interfaces()
	if err != nil || len(interfaces) == 0 {
		t.Skip("no interfaces:", err)
	}
	var z zones
	for _, ifi := range interfaces {
		for range 2 { // asked, then remembered
			if got := z.name(uint32(ifi.Index)); got != ifi.Name {
				t.Errorf("zone %d is %q, want %q", ifi.Index, got, ifi.Name)
			}
		}
		if got := z.index(ifi.Name); got != uint32(ifi.Index) {
			t.Errorf("zone %q is %d, want %d", ifi.Name, got, ifi.Index)
		}
		if got := z.index(strconv.Itoa(ifi.Index)); got != uint32(ifi.Index) {
			t.Errorf("zone %d is %d", ifi.Index, got)
		}
	}
	z.since = z.since.Add(-2 * zonesKept)
	if got := z.name(uint32(interfaces[0].Index)); got != interfaces[0].Name || len(z.names) != 1 {
		t.Errorf("old names are still believed: %v", z.names)
	}
	if got := z.name(999_999_999); got != "999999999" {
		t.Errorf("a zone without an interface is %q", got)
	}
	for _, zone := range []string{"", "no such interface"} {
		if got := z.index(zone); got != 0 {
			t.Errorf("zone %q is %d", zone, got)
		}
	}
	if got := z.name(0); got != "" {
		t.Errorf("no zone is %q", got)
	}
}

// A link-local address says which interface it is on, at both ends.
func TestLinkLocalAddresses(t *testing.T) {
	k := openEpoll(t)
	host := linkLocal(t)
	listener := listenOn(t, k, Addr{IP: netip.AddrPortFrom(host, 0)}, ListenOptions{})
	client := dialTo(t, k, listener)
	server, peer := acceptFrom(t, k, listener)
	if peer.IP.Addr() != host {
		t.Errorf("peer %v, want %v", peer, host)
	}
	for _, fd := range []int{listener, client, server} {
		if local, errno := k.LocalAddr(fd); errno != 0 || local.IP.Addr() != host {
			t.Errorf("local %v, want %v; %v", local, host, errno)
		}
	}
	withoutZone := Addr{IP: netip.AddrPortFrom(host.WithZone("no such interface"), 0)}
	if _, err := k.Listen(withoutZone, ListenOptions{}); err == nil {
		t.Error("a link-local address without an interface is accepted")
	}
}

func linkLocal(t *testing.T) netip.Addr {
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Skip(err)
	}
	for _, ifi := range interfaces {
		addrs, _ := ifi.Addrs()
		for _, a := range addrs {
			prefix, err := netip.ParsePrefix(a.String())
			if err == nil && prefix.Addr().Is6() && prefix.Addr().IsLinkLocalUnicast() {
				return prefix.Addr().WithZone(ifi.Name)
			}
		}
	}
	t.Skip("no link-local address")
	return netip.Addr{}
}
