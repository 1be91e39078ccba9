package eddy

import (
	"net/netip"
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// A peer's address comes back as it went in, whatever it is, and an IPv4 one costs no allocation.
func TestPeerAddressesComeBack(t *testing.T) {
	for _, a := range []kernel.Addr{
		{IP: netip.MustParseAddrPort("192.0.2.1:65535")},
		{IP: netip.MustParseAddrPort("0.0.0.0:0")},
		{IP: netip.MustParseAddrPort("[2001:db8::1]:80")},
		{IP: netip.MustParseAddrPort("[fe80::1%eth0]:80")},
		{IP: netip.MustParseAddrPort("[::ffff:192.0.2.1]:80")},
		{Unix: true, Path: "/run/peer.sock"},
		{Unix: true},
	} {
		p := peerAddrOf(a)
		if p.addr() != a || !p.known() {
			t.Errorf("%+v came back as %+v, known: %v", a, p.addr(), p.known())
		}
	}
	if none := (peerAddr{}); none.known() || none.addr() != (kernel.Addr{}) {
		t.Error("nobody is somebody")
	}
	ip4 := kernel.Addr{IP: netip.MustParseAddrPort("192.0.2.1:80")}
	if n := testing.AllocsPerRun(100, func() { _ = peerAddrOf(ip4) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
