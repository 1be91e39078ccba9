package eddy

import (
	"context"
	"net"
	"net/netip"

	"github.com/eddy-go/eddy/future"
)

// LookupIP returns a host's addresses, by Config.LookupIP, without blocking the loop. network is "ip" for both families,
// which are looked up at the same time and come in the order in which Dial would try them, "ip4" or "ip6". An IP
// address, and localhost, need no lookup. Errors are *net.DNSError, and *net.AddrError for an address of the other
// family. From a task.
func (rt *Runtime) LookupIP(network, host string) ([]netip.Addr, error) {
	r, err := rt.resolution(network, host)
	if err != nil {
		rt.exec.Pay() // as the lookup does: a loop that tries again must not keep the loop
		return nil, err
	}
	ips, err := Await(rt, Future[[]netip.Addr](&lookupIP{r: r, host: host}))
	if err != nil {
		return nil, lookupError(host, err)
	}
	return ips, nil
}

// resolution returns the lookups of a host on a network, which have not begun.
func (rt *Runtime) resolution(network, host string) (*resolution, error) {
	only := familiesOf(network, "ip")
	if only == nil {
		return nil, net.UnknownNetworkError(network)
	}
	return newResolution(context.Background(), rt, host, only)
}

// familiesOf reads a network's name: a prefix for both families, or one with the family's digit. Others have none.
func familiesOf(network, prefix string) []family {
	switch network {
	case prefix:
		return []family{ipv6, ipv4}
	case prefix + "6":
		return []family{ipv6}
	case prefix + "4":
		return []family{ipv4}
	}
	return nil
}

// lookupIP is done when all lookups have answered.
type lookupIP struct {
	r    *resolution
	host string
	over bool
}

func (l *lookupIP) Poll(cx *future.Context) ([]netip.Addr, error) {
	if l.over {
		future.PolledAfterDone("LookupIP")
	}
	l.r.poll(cx)
	if !l.r.answered() || !cx.Spend() {
		return nil, future.Pending
	}
	l.over = true
	if l.r.empty() {
		return nil, l.r.err
	}
	var ips []netip.Addr
	for !l.r.empty() {
		ips = append(ips, l.r.take())
	}
	return ips, nil
}

// Cancel implements Future.
func (l *lookupIP) Cancel() {
	l.over = true
	l.r.cancel()
}

// String says what the wait is for, in task dumps.
func (l *lookupIP) String() string { return "lookup " + l.host }
