package simnet

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Which addresses exclude each other: what Linux answers to listeners with SO_REUSEADDR, as Listen makes them.
func TestWhatSharesAPort(t *testing.T) {
	const shared, only6 = 1, 2
	for _, c := range []struct {
		first, second string
		flags         [2]int
		ok            bool
	}{
		{"127.0.0.1", "127.0.0.1", [2]int{}, false},
		{"127.0.0.1", "0.0.0.0", [2]int{}, false},
		{"127.0.0.1", "127.0.0.2", [2]int{}, true},
		{"127.0.0.1", "::", [2]int{}, false},
		{"127.0.0.1", "::", [2]int{0, only6}, true},
		{"127.0.0.1", "::1", [2]int{}, true},
		{"::", "127.0.0.1", [2]int{}, false},
		{"::", "::1", [2]int{}, false},
		{"127.0.0.1", "127.0.0.1", [2]int{shared, 0}, false},
		{"127.0.0.1", "127.0.0.1", [2]int{0, shared}, false},
		{"127.0.0.1", "127.0.0.1", [2]int{shared, shared}, true},
	} {
		r := newRig(t)
		_, a := r.host("alice")
		listen := func(ip string, flags int) error {
			_, err := a.Listen(addrOf(netip.MustParseAddr(ip), 80), kernel.ListenOptions{
				ReusePort: flags&shared != 0, V6Only: flags&only6 != 0,
			})
			return err
		}
		if err := listen(c.first, c.flags[0]); err != nil {
			t.Fatal(err)
		}
		err := listen(c.second, c.flags[1])
		if c.ok != (err == nil) || err != nil && !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s, then %s %v: %v", c.first, c.second, c.flags, err)
		}
	}
}

func TestAPortIsFreeWhenItsListenerIsClosed(t *testing.T) {
	x := connected(t)
	if _, err := x.b.Listen(x.addr, kernel.ListenOptions{}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second listener: %v", err)
	}
	x.b.ok(x.b.Close(x.listener))
	if _, err := x.b.Listen(x.addr, kernel.ListenOptions{}); err != nil { // the old connection lives
		t.Error(err)
	}
	x.a.send(x.c, []byte("x"))
	x.b.expect(x.s, []byte("x"))
}

func TestADiallersPortIsItsOwn(t *testing.T) {
	x := connected(t)
	local, errno := x.a.LocalAddr(x.c)
	x.a.ok(errno)
	if _, err := x.a.Listen(local, kernel.ListenOptions{}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listening on it: %v", err)
	}
	if _, _, err := x.a.Dial(x.addr, kernel.DialOptions{Local: local}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("dialling from it: %v", err)
	}
	x.a.ok(x.a.Close(x.c))
	if _, _, err := x.a.Dial(x.addr, kernel.DialOptions{Local: local}); err != nil {
		t.Error(err)
	}
}

func TestPortsRunOut(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	for range lastPort - firstPort + 1 {
		if _, err := a.Listen(addrOf(home4, 0), kernel.ListenOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Listen(addrOf(home4, 0), kernel.ListenOptions{}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("one listener too many: %v", err)
	}
	if _, _, err := a.Dial(addrOf(home4, firstPort), kernel.DialOptions{}); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("one dialler too many: %v", err)
	}
	a.ok(a.Close(firstFree))
	if _, _, err := a.Dial(addrOf(home4, firstPort+1), kernel.DialOptions{}); err != nil {
		t.Error(err)
	}
}

func TestListenersThatShareAPortShareItsConnections(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	_, b := r.host("bob")
	first, addr := b.listen(kernel.ListenOptions{ReusePort: true})
	second, err := b.Listen(addr, kernel.ListenOptions{ReusePort: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		a.await(a.dial(addr), kernel.Writable)
	}
	count := func(fd int) (n int) {
		for {
			if _, _, errno := b.Accept(fd); errno != 0 {
				return n
			}
			n++
		}
	}
	r.run(1e9)
	if p, q := count(first), count(second); p+q != 100 || p < 25 || q < 25 {
		t.Errorf("%d and %d", p, q)
	}
}
