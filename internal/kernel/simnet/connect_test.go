package simnet

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

func TestConnectingToAHostThatDoesNotAnswerTimesOut(t *testing.T) {
	for name, silence := range map[string]func(x *connection){
		"partition": func(x *connection) { x.net.Partition(x.ha, x.hb) },
		"crash":     func(x *connection) { x.hb.Crash() },
	} {
		t.Run(name, func(t *testing.T) {
			x := connected(t)
			silence(x)
			begin := x.net.Now()
			fd := x.a.dial(x.addr)
			x.a.fails(fd, syscall.ETIMEDOUT)
			x.took(begin, 127*time.Second)
			if _, errno := x.a.Read(fd, make([]byte, 1)); errno != 0 {
				t.Errorf("a read after the error: %v", errno)
			}
		})
	}
}

func TestConnectingGoesOnWhenTheNextSynGetsThrough(t *testing.T) {
	for _, try := range []struct{ heal, connected time.Duration }{
		{500 * time.Millisecond, 1 * time.Second},
		{2 * time.Second, 3 * time.Second},
		{14 * time.Second, 15 * time.Second},
		{40 * time.Second, 63 * time.Second},
	} {
		x := connected(t)
		x.net.Partition(x.ha, x.hb)
		begin := x.net.Now()
		fd := x.a.dial(x.addr)
		x.run(try.heal)
		x.net.Heal(x.ha, x.hb)
		x.a.await(fd, kernel.Writable)
		x.took(begin, try.connected)
		x.b.accept(x.listener)
	}
}

// The syn arrived, its answer did not: the second syn finds the connection half made.
func TestASynAckThatIsLostIsSentAgain(t *testing.T) {
	x := connected(t)
	begin := x.net.Now()
	fd := x.a.dial(x.addr)
	x.net.Partition(x.ha, x.hb)
	x.run(10 * time.Millisecond)
	x.net.Heal(x.ha, x.hb)
	x.a.await(fd, kernel.Writable)
	x.took(begin, time.Second)
	x.b.accept(x.listener)
	if n := x.b.sockets[x.listener].listener.opening; n != 0 {
		t.Errorf("the first one still holds a place: %d", n)
	}
	x.a.quiet(fd, time.Hour)
}

// A connection whose ack does not come holds its place in the queue for about a minute.
func TestAHandshakeThatIsNotCompletedIsForgotten(t *testing.T) {
	r := newRig(t)
	ha, a := r.host("alice")
	_, b := r.host("bob")
	listener, addr := b.listen(kernel.ListenOptions{Backlog: 1})
	link := r.net.Link(ha, b.host)
	link.Latency = [2]time.Duration{time.Millisecond, time.Millisecond}
	for range 2 {
		a.dial(addr)
	}
	r.run(1500 * time.Microsecond) // the syns have arrived, the answers have not
	ha.Crash()
	a = r.boot(ha)
	begin := r.net.Now()
	fd := a.dial(addr)
	a.await(fd, kernel.Writable)
	if waited := r.net.Now() - begin; waited > 2*time.Second {
		t.Errorf("the rebooted host reset what it did not know, and still waited %v", waited)
	}
	b.accept(listener)
}

// The dialler has closed, and the reset that would say so is lost.
func TestAHandshakeThatIsGivenUpIsForgotten(t *testing.T) {
	r := newRig(t)
	ha, a := r.host("alice")
	hb, b := r.host("bob")
	_, addr := b.listen(kernel.ListenOptions{Backlog: 1})
	r.net.Link(ha, hb).Latency = [2]time.Duration{time.Millisecond, time.Millisecond}
	for range 2 {
		a.ok(a.Close(a.dial(addr)))
	}
	r.run(1500 * time.Microsecond)
	r.net.Partition(ha, hb)
	r.run(time.Millisecond)
	r.net.Heal(ha, hb)
	begin := r.net.Now()
	a.await(a.dial(addr), kernel.Writable)
	r.took(begin, 63*time.Second)
}

func TestNobodyListens(t *testing.T) {
	x := connected(t)
	begin := x.net.Now()
	fd := x.a.dial(addrOf(x.hb.addr4, 1))
	x.a.fails(fd, syscall.ECONNREFUSED)
	x.took(begin, 0)
}

func TestAnAddressThatNobodyHasIsUnreachable(t *testing.T) {
	x := connected(t)
	for _, ip := range []netip.Addr{numbered4(99), numbered6(99)} {
		begin := x.net.Now()
		fd := x.a.dial(addrOf(ip, 80))
		x.a.fails(fd, syscall.EHOSTUNREACH)
		x.took(begin, 3*time.Second)
	}
}

func TestANetworkWithoutARouteIsUnreachableAtOnce(t *testing.T) {
	x := connected(t)
	for _, ip := range []string{"192.0.2.1", "2001:db8::1", "255.255.255.255", "224.0.0.1"} {
		_, _, err := x.a.Dial(addrOf(netip.MustParseAddr(ip), 80), kernel.DialOptions{})
		if !errors.Is(err, syscall.ENETUNREACH) {
			t.Errorf("%s: %v", ip, err)
		}
	}
	if open := x.a.Open(); open != 1 {
		t.Errorf("%d descriptors are open", open)
	}
}

func TestHostsAreReachedByBothTheirAddresses(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	hb, b := r.host("bob")
	listener, err := b.Listen(addrOf(netip.IPv6Unspecified(), 80), kernel.ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.ok(b.Register(listener, kernel.Token(listener)))
	for _, ip := range []netip.Addr{hb.Addr(), hb.Addr6()} {
		a.dial(addrOf(ip, 80))
		s := b.accept(listener)
		peer, errno := b.PeerAddr(s)
		b.ok(errno)
		if got := peer.IP.Addr(); got != a.host.Addr() && got != a.host.Addr6() || got.Is4() != ip.Is4() {
			t.Errorf("dialled %v, the peer is %v", ip, got)
		}
	}
	if _, _, err := a.Dial(addrOf(hb.Addr(), 80), kernel.DialOptions{Local: addrOf(home4, 0)}); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("from the loopback address to another host: %v", err)
	}
}

func TestAFullBacklogDropsTheSyn(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	_, b := r.host("bob")
	listener, addr := b.listen(kernel.ListenOptions{Backlog: 1})
	begin := r.net.Now()
	for range 2 { // one more than the backlog waits
		a.await(a.dial(addr), kernel.Writable)
	}
	fd := a.dial(addr)
	r.run(2 * time.Second)
	b.accept(listener)
	a.await(fd, kernel.Writable)
	r.took(begin, 3*time.Second)

	late := a.dial(addr)
	a.fails(late, syscall.ETIMEDOUT)
	r.took(begin, 130*time.Second)
}
