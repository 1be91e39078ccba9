package simnet

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// The range of ports that are given to those who ask for none, as on Linux.
const (
	firstPort = 32768
	lastPort  = 60999
)

// binding is a socket's hold on a port. Those of one port are a list. Connections that a listener has accepted have
// none: a server may listen again while they live.
type binding struct {
	sock   *socket
	addr   kernel.Addr
	shared bool // SO_REUSEPORT
	only6  bool
	next   *binding
}

// bind gives s an address; port 0 is a free one.
func (s *socket) bind(addr kernel.Addr, shared, only6 bool) kernel.Errno {
	ip := addr.IP.Addr()
	if !ip.IsUnspecified() && !s.kernel.host.has(ip) {
		return syscall.EADDRNOTAVAIL
	}
	b := &binding{sock: s, shared: shared, only6: only6}
	port := addr.IP.Port()
	if port == 0 {
		if port = s.kernel.freePort(); port == 0 {
			return syscall.EADDRINUSE
		}
	}
	b.addr = addrOf(ip, port)
	for other := s.kernel.ports[port]; other != nil; other = other.next {
		if b.overlaps(other) && !(b.shared && other.shared) {
			return syscall.EADDRINUSE
		}
	}
	b.next = s.kernel.ports[port]
	s.kernel.ports[port] = b
	s.bound, s.local = b, b.addr
	return 0
}

// freePort returns a port that nobody holds, the next one in turn; 0 if all are held.
func (k *Kernel) freePort() uint16 {
	for range lastPort - firstPort + 1 {
		if k.host.port++; k.host.port > lastPort {
			k.host.port = firstPort
		}
		if k.ports[uint16(k.host.port)] == nil {
			return uint16(k.host.port)
		}
	}
	return 0
}

func (b *binding) overlaps(other *binding) bool {
	p, q := b.addr.IP.Addr(), other.addr.IP.Addr()
	if p.Is4() == q.Is4() {
		return p == q || p.IsUnspecified() || q.IsUnspecified()
	}
	return b.takesBoth() || other.takesBoth()
}

// takesBoth reports whether b holds a port of IPv6 and of IPv4.
func (b *binding) takesBoth() bool {
	ip := b.addr.IP.Addr()
	return ip.Is6() && ip.IsUnspecified() && !b.only6
}

// unbind gives the port back.
func (s *socket) unbind() {
	b := s.bound
	if b == nil {
		return
	}
	s.bound = nil
	port := b.addr.IP.Port()
	if first := s.kernel.ports[port]; first == b && b.next == nil {
		delete(s.kernel.ports, port)
	} else if first == b {
		s.kernel.ports[port] = b.next
	} else {
		for ; first.next != b; first = first.next {
		}
		first.next = b.next
	}
}

// listening returns who takes connections to an address: the listener that is bound to just that address before one
// of all addresses, and one of those that share it by chance.
func (k *Kernel) listening(to kernel.Addr) *listener {
	best, most, rank := (*binding)(nil), 0, 0
	for b := k.ports[to.IP.Port()]; b != nil; b = b.next {
		r := b.rank(to)
		if b.sock.listener == nil || b.sock.listener.closed || r == 0 || r < rank {
			continue
		}
		if r > rank {
			rank, most = r, 0
		}
		if most++; most == 1 || k.net.tape.Below("listener", most) == 0 {
			best = b
		}
	}
	if best == nil {
		return nil
	}
	return best.sock.listener
}

// rank tells how well b fits an address; 0 is not at all.
func (b *binding) rank(to kernel.Addr) int {
	ip := b.addr.IP.Addr()
	switch {
	case ip == to.IP.Addr():
		return 3
	case ip.IsUnspecified() && ip.Is4() == to.IP.Addr().Is4():
		return 2
	case b.takesBoth():
		return 1
	}
	return 0
}
