//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// names is a resolver that knows some hosts: for each, its addresses of both families.
type names map[string][]string

func (n names) lookUp(_ context.Context, network, host string) ([]netip.Addr, error) {
	var ips []netip.Addr
	for _, text := range n[host] {
		if ip := netip.MustParseAddr(text); ip.Is4() == (network == "ip4") {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return ips, nil
}

// withResolver runs body on each kernel with a resolver.
func withResolver(t *testing.T, resolve func(ctx context.Context, network, host string) ([]netip.Addr, error), body func(t *testing.T, rt *eddy.Runtime)) {
	t.Helper()
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		blockOn(t, newRuntime(t, eddy.Config{LookupIP: resolve}, k), body)
	})
}

func TestLookupIP(t *testing.T) {
	n := names{"both": {"192.0.2.1", "192.0.2.2", "2001:db8::1"}, "four": {"192.0.2.3"}}
	withResolver(t, n.lookUp, func(t *testing.T, rt *eddy.Runtime) {
		for _, test := range []struct{ network, host, want string }{
			{"ip", "both", "[2001:db8::1 192.0.2.1 192.0.2.2]"},
			{"ip4", "both", "[192.0.2.1 192.0.2.2]"},
			{"ip6", "both", "[2001:db8::1]"},
			{"ip", "four", "[192.0.2.3]"},
			{"ip6", "four", "lookup four: no such host"},
			{"ip", "nobody", "lookup nobody: no such host"},
			{"ip", "localhost", "[::1 127.0.0.1]"},
			{"ip4", "198.51.100.7", "[198.51.100.7]"},
			{"ip4", "::1", "address ::1: no suitable address found"},
			{"tcp", "both", "unknown network tcp"},
		} {
			ips, err := rt.LookupIP(test.network, test.host)
			got := fmt.Sprint(ips)
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("%s %s: %s, want %s", test.network, test.host, got, test.want)
			}
		}
		if s := rt.Stats().Lookups; s.Finished != 9 {
			t.Errorf("%d lookups", s.Finished)
		}
	})
}

// What a resolver says is taken for what it is, and not more: addresses of the other family, IPv4 written as IPv6, no
// address at all, a panic.
func TestOddResolvers(t *testing.T) {
	shared := []netip.Addr{netip.MustParseAddr("::ffff:192.0.2.1"), {}, netip.MustParseAddr("2001:db8::1")}
	before := slices.Clone(shared)
	withResolver(t, func(_ context.Context, network, host string) ([]netip.Addr, error) {
		switch host {
		case "mixed":
			return shared, nil
		case "empty":
			return nil, nil
		case "one fails" + network:
			return nil, &net.DNSError{Err: "server misbehaving", Name: host}
		case "panics":
			panic(errTest)
		}
		return nil, errTest
	}, func(t *testing.T, rt *eddy.Runtime) {
		if ips, err := rt.LookupIP("ip", "mixed"); err != nil || fmt.Sprint(ips) != "[2001:db8::1 192.0.2.1]" || !slices.Equal(shared, before) {
			t.Errorf("%v, %v", ips, err)
		}
		var dns *net.DNSError
		if _, err := rt.LookupIP("ip", "empty"); !errors.As(err, &dns) || !dns.IsNotFound {
			t.Errorf("no address: %v", err)
		}
		if _, err := rt.LookupIP("ip", "other"); !errors.Is(err, errTest) || !errors.As(err, &dns) || dns.Name != "other" {
			t.Errorf("an error of its own: %v", err)
		}
		h := eddy.Spawn(rt, func() ([]netip.Addr, error) { return rt.LookupIP("ip", "panics") })
		_, err := h.Join()
		var pe *eddy.PanicError
		if !errors.As(err, &pe) || pe.Value != errTest {
			t.Errorf("a panic: %v", err)
		}
		until(t, rt, "both have ended", func() bool { return len(rt.Offloads()) == 0 })
	})
}

// Of two lookups that fail the error that says most is told: one other than that there is nothing.
func TestWorseOfTwoLookupErrors(t *testing.T) {
	for _, failing := range []string{"ip4", "ip6"} {
		withResolver(t, func(_ context.Context, network, host string) ([]netip.Addr, error) {
			if network == failing {
				return nil, &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}
			}
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}, func(t *testing.T, rt *eddy.Runtime) {
			_, err := rt.LookupIP("ip", "host")
			if err == nil || err.Error() != "lookup host: server misbehaving" {
				t.Errorf("%s fails: %v", failing, err)
			}
		})
	}
}

// A resolver's context ends when nobody waits any more: a cancelled task, an expired WithTimeout, a context's end, the
// end of the runtime. So does a function that honours it, and BlockOn need not wait for a slow name server.
func TestLookupsEndWithTheirWait(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var running atomic.Int32
		c := eddy.Config{LookupIP: func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
			running.Add(1)
			defer running.Add(-1)
			<-ctx.Done() // a name server that never answers
			return nil, ctx.Err()
		}}
		rt := newRuntime(t, c, k)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			ended := func(what string, err, want error) {
				t.Helper()
				var dns *net.DNSError
				if !errors.Is(err, want) || !errors.As(err, &dns) || dns.Name != "slow" {
					t.Errorf("%s: %v", what, err)
				}
				until(t, rt, what+": the lookups have ended", func() bool { return running.Load() == 0 && len(rt.Offloads()) == 0 })
			}
			for what, wait := range map[string]func() error{
				"LookupIP": func() error { _, err := rt.LookupIP("ip", "slow"); return err },
				"Dial":     func() error { _, err := rt.Dial("tcp", "slow:80"); return err },
			} {
				h := eddy.Spawn(rt, func() (int, error) { return 0, wait() })
				until(t, rt, "both ask", func() bool { return running.Load() == 2 })
				h.Cancel()
				_, err := h.Join()
				ended(what+", cancelled", err, eddy.ErrCanceled)

				err = rt.WithTimeout(time.Millisecond, wait)
				ended(what+", expired", err, os.ErrDeadlineExceeded)
				if ne := net.Error(nil); !errors.As(err, &ne) || !ne.Timeout() {
					t.Errorf("%s: %v is no timeout", what, err)
				}
			}
			ctx, cancel := context.WithCancelCause(context.Background())
			h := eddy.Spawn(rt, func() (*eddy.TCPStream, error) { return rt.DialContext(ctx, "tcp", "slow:80") })
			until(t, rt, "both ask", func() bool { return running.Load() == 2 })
			go cancel(errTest)
			_, err := h.Join()
			ended("a context's end", err, errTest)

			rt.Spawn(func() { rt.Dial("tcp", "slow:80") })
			until(t, rt, "both ask", func() bool { return running.Load() == 2 })
		})
		if n := running.Load(); n != 0 {
			t.Errorf("BlockOn has left %d lookups", n)
		}
	})
}

// A resolver that ignores its context is named when the grace is over, as an offloaded function is.
func TestUnfinishedLookupsAreNamed(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		goOn := make(chan struct{})
		defer close(goOn)
		rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace, LookupIP: func(context.Context, string, string) ([]netip.Addr, error) {
			<-goOn
			return nil, nil
		}}, k)
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			rt.Spawn(func() { rt.Dial("tcp", "slow:80") })
			return rt.Yield()
		})
		if err == nil || !strings.Contains(err.Error(), "still runs after the grace period") || !strings.Contains(err.Error(), "lookup ip6 slow, lookup ip4 slow") {
			t.Errorf("got %v", err)
		}
	})
}

// The resolver's context has the values and the deadline of the dial's, and leaves nothing behind.
func TestLookupContext(t *testing.T) {
	type key struct{}
	deadline := time.Now().Add(time.Hour)
	withResolver(t, func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
		d, ok := ctx.Deadline()
		return nil, fmt.Errorf("%v %v", ctx.Value(key{}), ok && d.Equal(deadline))
	}, func(t *testing.T, rt *eddy.Runtime) {
		ctx, cancel := context.WithDeadline(context.WithValue(context.Background(), key{}, "value"), deadline)
		defer cancel()
		for _, ctx := range []context.Context{ctx, foreignContext{ctx, make(chan struct{})}} {
			if _, err := rt.DialContext(ctx, "tcp", "host:80"); err == nil || !strings.Contains(err.Error(), "value true") {
				t.Errorf("got %v", err)
			}
		}
	})
}

// foreignContext is a context that package context does not know: one derived from it has a goroutine until it ends.
type foreignContext struct {
	context.Context
	done chan struct{}
}

func (c foreignContext) Done() <-chan struct{} { return c.done }

// At most MaxLookups names are looked up at once.
func TestLookupsAreBounded(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var running, most atomic.Int32
		c := eddy.Config{MaxLookups: 3, LookupIP: func(context.Context, string, string) ([]netip.Addr, error) {
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer running.Add(-1)
			return []netip.Addr{netip.IPv6Loopback()}, nil
		}}
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			var handles []*eddy.JoinHandle[[]netip.Addr]
			for range 50 {
				handles = append(handles, eddy.Spawn(rt, func() ([]netip.Addr, error) { return rt.LookupIP("ip", "host") }))
			}
			for _, h := range handles {
				got(h.Join())(t)
			}
			if s := rt.Stats().Lookups; s != (eddy.LaneStats{Finished: 100}) || most.Load() > 3 {
				t.Errorf("%+v; %d at once", s, most.Load())
			}
		})
	})
}

// Without a resolver of one's own it is package net's.
func TestDefaultResolver(t *testing.T) {
	asked := make(chan string, 100)
	old := net.DefaultResolver
	defer func() { net.DefaultResolver = old }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(_ context.Context, network, _ string) (net.Conn, error) {
		asked <- network
		return nil, errTest
	}}
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		_, err := rt.Dial("tcp", "name.invalid:80")
		var dns *net.DNSError
		if !errors.As(err, &dns) || dns.Name != "name.invalid" || len(asked) == 0 {
			t.Errorf("%v; asked %d times", err, len(asked))
		}
		for len(asked) > 0 {
			<-asked
		}
	})
}

// A simulated runtime asks no real name server.
func TestWorldHasNoResolverOfItsOwn(t *testing.T) {
	onFakeWorlds(t, eddy.Config{}, func(t *testing.T, rt *eddy.Runtime, w *fakeWorld) {
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			_, err := rt.Dial("tcp", "example.com:80")
			if err == nil || err.Error() != "dial tcp: lookup example.com: no name server in a simulation: set Config.LookupIP" {
				t.Errorf("got %v", err)
			}
		})
	})
}
