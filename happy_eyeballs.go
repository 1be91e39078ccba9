package eddy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// The delays of happy eyeballs, both as RFC 8305 recommends in its section 8.
const (
	// resolutionDelay is how long IPv4 addresses wait for the answer about IPv6.
	resolutionDelay = 50 * time.Millisecond
	// attemptDelay is how long after an attempt the next one begins, unless one fails before.
	attemptDelay = 250 * time.Millisecond
)

// happyEyeballs connects to a host that may have many addresses (RFC 8305). The attempts begin one after the other, each
// some time after the one before or at once when one has failed, and go on side by side. The first that succeeds wins,
// and the others are cancelled.
type happyEyeballs struct {
	rt      *Runtime
	network string
	address string // as it was given
	host    string
	port    uint16
	named   bool // the host is a name that must be looked up

	hosts    *resolution
	attempts []*attempt // in the order in which they began, those that have failed included
	pending  int        // attempts that have not failed
	nextAt   time.Duration
	alarm    alarm // at nextAt
	err      error // of the first attempt that failed
	state    waitState

	waker   future.LocalWaker // of the latest poll
	context future.Context    // what an attempt gets; here because one on the stack would be allocated anew in each poll
}

// attempt is one of the attempts to connect. Its waker is its own, so that a poll visits only those that were woken.
type attempt struct {
	dialing
	race  *happyEyeballs
	woken bool
}

// WakeLocal implements future.Target.
func (a *attempt) WakeLocal(uint64) {
	a.woken = true
	a.race.waker.Wake()
}

// Wake is never used: sockets and timers wake on the loop.
func (a *attempt) Wake(key uint64) { a.WakeLocal(key) }

// newHappyEyeballs returns the future of a connection to address. ctx is for the lookups alone.
func newHappyEyeballs(ctx context.Context, rt *Runtime, network, address string) (*happyEyeballs, error) {
	e := &happyEyeballs{rt: rt, network: network, address: address}
	only := familiesOf(network, "tcp")
	if only == nil {
		return nil, e.opError(net.UnknownNetworkError(network))
	}
	var err error
	e.host, e.port, err = splitAddress(address)
	if err == nil && e.host == "" {
		e.host = loopback4.String()
		if network == "tcp6" {
			e.host = netip.IPv6Loopback().String()
		}
	}
	if err == nil {
		e.hosts, err = newResolution(ctx, rt, e.host, only)
	}
	if err != nil {
		return nil, e.opError(err)
	}
	e.named = !e.hosts.answered()
	return e, nil
}

func (e *happyEyeballs) Poll(cx *future.Context) (*TCPStream, error) {
	if e.state == waitEnded {
		future.PolledAfterDone("Dial")
	}
	e.state = waiting
	s, err := e.poll(cx)
	if err != future.Pending {
		e.Cancel()
	}
	return s, err
}

func (e *happyEyeballs) poll(cx *future.Context) (*TCPStream, error) {
	e.waker = cx.LocalWaker()
	now := cx.Clock().Now()

	e.hosts.poll(cx)
	e.awaitIPv6(now)
	for _, a := range e.attempts {
		if a.woken {
			if s, err := e.try(a, cx); err == nil {
				return s, nil
			}
		}
	}
	for !e.hosts.empty() && now >= e.nextAt {
		e.nextAt = future.After(now, attemptDelay)
		if s, err := e.try(e.begin(e.hosts.take()), cx); err == nil {
			return s, nil
		}
	}

	switch {
	case !e.hosts.empty():
		e.alarm.wait(cx, e.nextAt)
	case e.pending == 0 && e.hosts.answered():
		return nil, e.failure()
	default:
		e.alarm.stop()
	}
	return nil, future.Pending
}

// awaitIPv6 says when the first attempt may begin: as soon as addresses are known, except that IPv4 waits a little for
// the other answer.
func (e *happyEyeballs) awaitIPv6(now time.Duration) {
	switch {
	case len(e.attempts) > 0 || e.hosts.empty():
	case e.hosts.lookups[ipv6] == nil:
		e.nextAt = now
	case e.nextAt == 0:
		e.nextAt = future.After(now, resolutionDelay)
	}
}

// addr is where an attempt connects to.
func (e *happyEyeballs) addr(ip netip.Addr) kernel.Addr {
	to := netip.AddrPortFrom(ip, e.port)
	if ip.IsUnspecified() {
		to = toLoopback(to)
	}
	return kernel.Addr{IP: to}
}

// begin makes the attempt to connect to one of the addresses.
func (e *happyEyeballs) begin(ip netip.Addr) *attempt {
	a := &attempt{race: e, dialing: dialing{rt: e.rt, addr: e.addr(ip)}}
	e.attempts = append(e.attempts, a)
	e.pending++
	return a
}

// try polls an attempt. One that fails has the next begin at once.
func (e *happyEyeballs) try(a *attempt, cx *future.Context) (*TCPStream, error) {
	a.woken = false
	e.context = cx.For(a, 0)
	s, err := a.Poll(&e.context)
	if err != nil && err != future.Pending {
		e.pending--
		e.nextAt = 0
		if e.err == nil || noWay(e.err) && !noWay(err) {
			e.err = err
		}
	}
	return s, err
}

// noWay reports whether an error says only that this machine has no way to an address: on one without IPv6 that of the
// attempt over IPv4 says more.
func noWay(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}

// failure is the result when nothing is left to be tried: the first attempt's error, or that of the lookup.
func (e *happyEyeballs) failure() error {
	if failed, ok := errors.AsType[*net.OpError](e.err); ok {
		failed.Net = e.network
		return failed
	}
	return e.opError(e.hosts.err)
}

// opError wraps an error that is not an attempt's: what is wrong with the address, that of the lookup, or whatever ended
// the dial before its own end.
func (e *happyEyeballs) opError(err error) error {
	failed := &net.OpError{Op: "dial", Net: e.network, Err: err}
	switch {
	case e.named && len(e.attempts) == 0:
		failed.Err = lookupError(e.host, err)
	case e.hosts == nil:
	case len(e.attempts) == 0:
		failed.Addr = netAddr(e.addr(e.hosts.take()))
	default:
		failed.Addr = netAddr(e.attempts[0].addr)
	}
	return failed
}

// Cancel implements Future. It ends the lookups, the timer and the attempts.
func (e *happyEyeballs) Cancel() {
	e.state = waitEnded
	e.alarm.stop()
	e.hosts.cancel()
	for _, a := range e.attempts {
		if !a.over {
			a.Cancel()
		}
	}
}

// String says what the wait is for, in task dumps.
func (e *happyEyeballs) String() string { return "dial " + e.network + " " + e.address }
