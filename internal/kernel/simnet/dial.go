package simnet

import (
	"net/netip"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Dial makes a socket and starts to connect it.
func (k *Kernel) Dial(addr kernel.Addr, opt kernel.DialOptions) (int, bool, error) {
	if !k.enter() {
		return -1, false, callError("socket", syscall.EIO)
	}
	fd, connected, err := k.dial(thisHost(plain(addr)), opt)
	k.done("dial", fd, addrArg(addr), uint64(flag(connected)), numberOf(err))
	return fd, connected, err
}

func (k *Kernel) dial(addr kernel.Addr, opt kernel.DialOptions) (int, bool, error) {
	s, errno := k.fresh(addr)
	if errno != 0 {
		return -1, false, callError("socket", errno)
	}
	connected, err := s.dial(addr, opt)
	if err != nil {
		k.abandon(s)
		return -1, false, err
	}
	return s.fd, connected, nil
}

func (s *socket) dial(addr kernel.Addr, opt kernel.DialOptions) (connected bool, err error) {
	if err := s.control(opt.Control); err != nil {
		return false, err
	}
	if opt.Local != (kernel.Addr{}) {
		if errno := s.bindLocal(plain(opt.Local)); errno != 0 {
			return false, callError("bind", errno)
		}
	}
	s.kernel.counters.Dials++
	if s.unix {
		return true, callError("connect", s.connectUnix(addr.Path))
	}
	return false, callError("connect", s.connect(addr))
}

// bindLocal binds a socket that will be connected.
func (s *socket) bindLocal(local kernel.Addr) kernel.Errno {
	switch {
	case s.unix != local.Unix:
		return syscall.EINVAL
	case s.unix:
		return s.bindUnix(local.Path, &listener{sock: s, closed: true})
	case s.v6 != local.IP.Addr().Is6():
		return syscall.EAFNOSUPPORT
	}
	return s.bind(local, false, s.v6)
}

// thisHost turns the unspecified address into the loopback address.
func thisHost(a kernel.Addr) kernel.Addr {
	switch ip := a.IP.Addr(); {
	case !ip.IsUnspecified():
		return a
	case ip.Is4():
		return addrOf(home4, a.IP.Port())
	default:
		return addrOf(home6, a.IP.Port())
	}
}

// connect starts to connect a TCP socket.
func (s *socket) connect(to kernel.Addr) kernel.Errno {
	h := s.kernel.host
	far, from, errno := h.route(to.IP.Addr())
	if errno != 0 {
		return errno
	}
	local, errno := s.source(from, far)
	if errno != 0 {
		return errno
	}
	e := h.newEnd(connecting, local, to, far)
	e.sock, e.options = s, *s.options
	s.end, s.options = e, &e.options
	if far == nil {
		e.verdict = syscall.EHOSTUNREACH
		h.net.in(&e.timer, unresolved)
		return 0
	}
	e.useLink()
	e.out.hello = true
	e.callOut()
	return 0
}

// unresolved is how long Linux asks who has an address before it gives up: three questions, a second each.
const unresolved = 3 * time.Second

// source binds a socket to the address from which the destination is reached, as far as it is not bound.
func (s *socket) source(from netip.Addr, far *Host) (kernel.Addr, kernel.Errno) {
	if s.bound == nil {
		if s.bind(addrOf(from, 0), false, true) != 0 {
			return kernel.Addr{}, syscall.EADDRNOTAVAIL
		}
		return s.local, 0
	}
	ip := s.local.IP.Addr()
	if ip.IsUnspecified() {
		return addrOf(from, s.local.IP.Port()), 0
	}
	if far != s.kernel.host && (local4.Contains(ip) || ip == home6) {
		return kernel.Addr{}, syscall.EINVAL // the way out does not begin at the loopback address
	}
	return s.local, 0
}

// useLink gives the connection the link's buffers where the socket was not told which to have.
func (e *end) useLink() {
	if e.options.sendBuffer == 0 {
		e.options.sendBuffer = orDefault(e.wire.SendBuffer, between.SendBuffer)
	}
	if e.options.recvBuffer == 0 {
		e.options.recvBuffer = orDefault(e.wire.RecvBuffer, between.RecvBuffer)
	}
}

// orDefault is for a link without buffers, which could carry nothing: it has been set as a whole, with zeros for what was
// not named.
func orDefault(bytes, otherwise int) int {
	if bytes <= 0 {
		return otherwise
	}
	return bytes
}
