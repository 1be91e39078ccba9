package eddy

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"github.com/eddy-go/eddy/future"
)

// A family is one of the two kinds of IP addresses. Where a host has both, IPv6 comes first.
type family uint8

const (
	ipv6 family = iota
	ipv4
	families
)

// network is the family's name for a resolver.
func (f family) network() string {
	if f == ipv4 {
		return "ip4"
	}
	return "ip6"
}

// other returns the other family.
func (f family) other() family { return ipv4 - f }

func (f family) has(ip netip.Addr) bool { return ip.Is4() == (f == ipv4) }

// lookup asks the resolver for a host's addresses of one family, in the lane of lookups: however slow name servers are,
// they keep no offloaded function waiting (F23). When it is cancelled, or ctx ends, so does the resolver's context.
type lookup struct {
	rt     *Runtime
	ctx    context.Context
	family family
	host   string
	asking *offload[[]netip.Addr] // from the first poll on
}

func (l *lookup) Poll(cx *future.Context) ([]netip.Addr, error) {
	if l.asking == nil {
		ctx, cancel := context.WithCancel(l.ctx)
		resolve := l.rt.resolver()
		l.asking = &offload[[]netip.Addr]{
			lane: &l.rt.lookups,
			fn: func() ([]netip.Addr, error) {
				defer cancel()
				return resolve(ctx, l.family.network(), l.host)
			},
			job: job{name: l.String(), stop: cancel},
		}
	}
	answer, err := l.asking.Poll(cx)
	if err == future.Pending {
		return nil, err
	}
	if err != nil {
		return nil, lookupError(l.host, err)
	}
	ips := make([]netip.Addr, 0, len(answer)) // the resolver's own slice may serve others
	for _, ip := range answer {
		if ip = ip.Unmap(); ip.IsValid() && l.family.has(ip) {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nil, noSuchHost(l.host)
	}
	return ips, nil
}

// Cancel implements Future.
func (l *lookup) Cancel() {
	if l.asking != nil {
		l.asking.Cancel()
	}
}

// String says what the wait is for, in task dumps.
func (l *lookup) String() string { return "lookup " + l.family.network() + " " + l.host }

// resolver returns what looks names up.
func (rt *Runtime) resolver() func(ctx context.Context, network, host string) ([]netip.Addr, error) {
	switch {
	case rt.config.LookupIP != nil:
		return rt.config.LookupIP
	case rt.world != nil:
		return noResolver
	}
	return net.DefaultResolver.LookupNetIP
}

// noResolver is the resolver of a simulation that has none: a real one would say today this and tomorrow that.
func noResolver(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "no name server in a simulation: set Config.LookupIP", Name: host}
}

func noSuchHost(host string) error {
	return &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// lookupError turns what a resolver returned, or what ended the wait for it, into package net's error.
func lookupError(host string, err error) error {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return err
	}
	timeout, ok := errors.AsType[net.Error](err)
	return &net.DNSError{UnwrapErr: err, Err: err.Error(), Name: host, IsTimeout: ok && timeout.Timeout()}
}
