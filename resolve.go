package eddy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/eddy-go/eddy/future"
)

// resolution is a host on its way to its addresses: those that are known and were not taken yet, and the lookups that
// may still bring some. The families are looked up apart, at the same time.
type resolution struct {
	lookups [families]*lookup      // nil: has answered, or is not asked
	known   [families][]netip.Addr // in the order of the answers
	turn    family                 // of which the next address is taken, if there is one
	err     error                  // of the lookups that have failed, the one that says most
}

// newResolution asks no lookup for what is an address already, nor for this machine (RFC 6761). only has the families
// that are wanted.
func newResolution(ctx context.Context, rt *Runtime, host string, only []family) (*resolution, error) {
	r := new(resolution)
	ip, err := netip.ParseAddr(host)
	ip = ip.Unmap()
	for _, f := range only {
		switch {
		case err == nil && f.has(ip):
			r.known[f] = []netip.Addr{ip}
		case err == nil:
		case isLocalhost(host) && f == ipv4:
			r.known[f] = []netip.Addr{loopback4}
		case isLocalhost(host):
			r.known[f] = []netip.Addr{netip.IPv6Loopback()}
		case host == "":
			return nil, noSuchHost(host)
		default:
			r.lookups[f] = &lookup{rt: rt, ctx: ctx, family: f, host: host}
		}
	}
	if err == nil && r.empty() {
		return nil, &net.AddrError{Err: "no suitable address found", Addr: host}
	}
	return r, nil
}

// isLocalhost reports whether a name means this machine, whatever a name server says.
func isLocalhost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// poll takes in what the lookups have answered.
func (r *resolution) poll(cx *future.Context) {
	for f, l := range r.lookups {
		if l == nil {
			continue
		}
		ips, err := l.Poll(cx)
		if err == future.Pending {
			continue
		}
		r.lookups[f] = nil
		r.known[f] = ips
		if err != nil && (r.err == nil || isNotFound(r.err)) {
			r.err = err
		}
	}
}

func isNotFound(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

// answered reports whether no lookup is under way.
func (r *resolution) answered() bool { return r.lookups == [families]*lookup{} }

// empty reports whether no address is left that is known.
func (r *resolution) empty() bool { return len(r.known[ipv6])+len(r.known[ipv4]) == 0 }

// take returns the next address to try: one of each family by turns while there are both, IPv6 first (RFC 8305,
// section 4). An address that comes late joins the order when it comes.
func (r *resolution) take() netip.Addr {
	f := r.turn
	if len(r.known[f]) == 0 {
		f = f.other()
	}
	ip := r.known[f][0]
	r.known[f] = r.known[f][1:]
	r.turn = f.other()
	return ip
}

func (r *resolution) cancel() {
	for f, l := range r.lookups {
		if l != nil {
			r.lookups[f] = nil
			l.Cancel()
		}
	}
}
