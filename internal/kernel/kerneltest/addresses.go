package kerneltest

import (
	"net/netip"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Which addresses sockets have.
var addressProperties = []property{
	{"port 0 is a free port", func(r *rig) {
		a := r.local(r.listen(loopback4, kernel.ListenOptions{}))
		b := r.local(r.listen(loopback4, kernel.ListenOptions{}))
		if a.IP.Addr() != loopback4.IP.Addr() || a.IP.Port() == 0 || a == b {
			r.Fatalf("two listeners: %v, %v", a, b)
		}
	}},
	{"both ends agree about their addresses", func(r *rig) { addressesAgree(r, loopback4) }},
	{"both ends agree about their IPv6 addresses", func(r *rig) {
		needIPv6(r)
		addressesAgree(r, loopback6)
	}},
	{"an IPv6 listener of all addresses takes IPv4 too", func(r *rig) {
		needIPv6(r)
		listener := r.listen(all6, kernel.ListenOptions{})
		token := r.register(listener)
		for _, host := range []kernel.Addr{loopback4, loopback6} {
			addr := kernel.Addr{IP: netip.AddrPortFrom(host.IP.Addr(), r.local(listener).IP.Port())}
			fd, _, err := r.k.Dial(addr, kernel.DialOptions{})
			if err != nil {
				r.Fatalf("Dial %v: %v", addr, err)
			}
			r.own(fd)
			conn, peer := r.accept(listener, token)
			if peer.IP.Addr() != host.IP.Addr() || r.local(conn).IP.Addr() != host.IP.Addr() {
				r.Errorf("dialled %v: peer %v, local %v", addr, peer, r.local(conn))
			}
		}
	}},
	{"an IPv6-only listener takes no IPv4", func(r *rig) {
		needIPv6(r)
		listener := r.listen(all6, kernel.ListenOptions{V6Only: true})
		refused(r, kernel.Addr{IP: netip.AddrPortFrom(loopback4.IP.Addr(), r.local(listener).IP.Port())})
	}},
	{"an IPv4 address written as IPv6 is IPv4", func(r *rig) {
		mapped := netip.AddrFrom16(loopback4.IP.Addr().As16())
		listener := r.listen(kernel.Addr{IP: netip.AddrPortFrom(mapped, 0)}, kernel.ListenOptions{V6Only: true})
		if got := r.local(listener); got.IP.Addr() != loopback4.IP.Addr() {
			r.Fatalf("listens on %v", got)
		}
	}},
	{"the unspecified address is this host for a dialler", func(r *rig) {
		dialUnspecified(r, loopback4, netip.IPv4Unspecified())
	}},
	{"the unspecified IPv6 address is this host for a dialler", func(r *rig) {
		needIPv6(r)
		dialUnspecified(r, loopback6, netip.IPv6Unspecified())
	}},
	{"a dialler can choose its own address", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		token := r.register(listener)
		free := r.listen(loopback4, kernel.ListenOptions{})
		local := r.local(free)
		r.close(free)
		client, _, err := r.k.Dial(r.local(listener), kernel.DialOptions{Local: local})
		if err != nil {
			r.Fatalf("Dial: %v", err)
		}
		r.own(client)
		if _, peer := r.accept(listener, token); peer != local {
			r.Fatalf("dialled from %v, accepted from %v", local, peer)
		}
	}},
	{"a listener that is adopted is the listener that it was", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		addr, err := r.k.Adopt(listener)
		if err != nil || addr != r.local(listener) {
			r.Fatalf("Adopt: %v, %v", addr, err)
		}
		r.connect(listener, r.register(listener))
	}},
	{"a port can be listened on again while its last connections linger", func(r *rig) {
		listener := r.listen(loopback4, kernel.ListenOptions{})
		addr, token := r.local(listener), r.register(listener)
		client, server := r.connect(listener, token)
		c := r.register(client)
		r.close(server) // the end that closes first is the one that lingers
		if total, errno := r.finish(client, c); total != 0 || errno != 0 {
			r.Fatalf("read %d bytes, then %v", total, errno)
		}
		r.close(client)
		r.close(listener)
		r.listen(addr, kernel.ListenOptions{})
	}},
	{"several listeners share a port that all want to share", func(r *rig) {
		a := r.listen(loopback4, kernel.ListenOptions{ReusePort: true})
		b := r.listen(r.local(a), kernel.ListenOptions{ReusePort: true})
		if r.local(a) != r.local(b) {
			r.Fatalf("%v and %v", r.local(a), r.local(b))
		}
	}},
}

func dialUnspecified(r *rig, host kernel.Addr, unspecified netip.Addr) {
	listener := r.listen(host, kernel.ListenOptions{})
	token := r.register(listener)
	client := r.dial(kernel.Addr{IP: netip.AddrPortFrom(unspecified, r.local(listener).IP.Port())})
	r.accept(listener, token)
	if peer, errno := r.k.PeerAddr(client); errno != 0 || peer != r.local(listener) {
		r.Fatalf("peer %v, %v", peer, errno)
	}
}

func addressesAgree(r *rig, host kernel.Addr) {
	listener := r.listen(host, kernel.ListenOptions{})
	token := r.register(listener)
	client := r.dial(r.local(listener))
	server, accepted := r.accept(listener, token)
	asked, errno := r.k.PeerAddr(server)
	r.ok("PeerAddr", errno)
	dialled, errno := r.k.PeerAddr(client)
	r.ok("PeerAddr", errno)
	if from := r.local(client); accepted != from || asked != from {
		r.Errorf("the client is %v; accept says %v, PeerAddr %v", from, accepted, asked)
	}
	if to := r.local(listener); dialled != to || r.local(server) != to {
		r.Errorf("the listener is %v; the client's peer %v, the connection's own %v", to, dialled, r.local(server))
	}
}

// needIPv6 skips the property where there is no IPv6.
func needIPv6(r *rig) {
	fd, err := r.k.Listen(loopback6, kernel.ListenOptions{})
	if err != nil {
		r.Skipf("no IPv6: %v", err)
	}
	r.ok("Close", r.k.Close(fd))
}
