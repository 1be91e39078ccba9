//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// portOf returns the port of a listener, as text.
func portOf(l *eddy.TCPListener) string {
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// Whatever the host is called, the connection is to it.
func TestDialConnects(t *testing.T) {
	n := names{
		"four": {"127.0.0.1"},
		"two":  {"127.0.0.2", "127.0.0.1"}, // nobody listens on the first
		"both": {"::1", "127.0.0.1"},
	}
	withResolver(t, n.lookUp, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		for _, host := range []string{"four", "two", "both", "127.0.0.1", "localhost", "", "0.0.0.0", "[::ffff:127.0.0.1]"} {
			for _, network := range []string{"tcp", "tcp4"} {
				s, err := rt.Dial(network, host+":"+portOf(l))
				if err != nil {
					t.Errorf("%s %q: %v", network, host, err)
					continue
				}
				accepted := got(l.AcceptTCP())(t)
				writeText(t, s, "x")
				readText(t, accepted, "x")
				if s.RemoteAddr().String() != l.Addr().String() {
					t.Errorf("%s %q: connected to %v", network, host, s.RemoteAddr())
				}
				must(t, s.Close())
				must(t, accepted.Close())
			}
		}
		until(t, rt, "the last socket lingers no more", func() bool { return rt.Stats().Closing == 0 })
		if s := rt.Stats(); s.Timers != 0 || len(rt.Offloads()) != 0 {
			t.Errorf("%d timers, %v", s.Timers, rt.Offloads())
		}
	})
}

func TestDialOverIPv6(t *testing.T) {
	withResolver(t, names{"both": {"::1", "127.0.0.1"}}.lookUp, func(t *testing.T, rt *eddy.Runtime) {
		l, err := rt.ListenTCP("[::1]:0")
		if err != nil {
			t.Skip("no IPv6 here:", err)
		}
		for network, hosts := range map[string][]string{"tcp": {"both", "[::1]", "localhost"}, "tcp6": {"both", "[::1]", "localhost", "", "[::]"}} {
			for _, host := range hosts {
				s := got(rt.Dial(network, host+":"+portOf(l)))(t)
				if s.RemoteAddr().String() != l.Addr().String() {
					t.Errorf("%s %q: connected to %v", network, host, s.RemoteAddr())
				}
				must(t, s.Close())
				must(t, got(l.AcceptTCP())(t).Close())
			}
		}
	})
}

func TestDialUnixByNetwork(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		path := socketPath(t)
		l := got(rt.ListenUnix(path))(t)
		s := got(rt.Dial("unix", path))(t)
		writeText(t, s, "x")
		readText(t, got(l.AcceptTCP())(t), "x")
		must(t, l.Close())
		_, err := rt.Dial("unix", path)
		var oe *net.OpError
		if !errors.Is(err, os.ErrNotExist) || !errors.As(err, &oe) || oe.Net != "unix" || oe.Addr.String() != path {
			t.Errorf("got %v", err)
		}
	})
}

// The errors are those of net.Dial: an OpError, of the first attempt, or with the lookup's error in it.
func TestDialErrors(t *testing.T) {
	n := names{"both": {"::1", "127.0.0.1"}, "four": {"127.0.0.1", "127.0.0.2"}}
	withResolver(t, n.lookUp, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		port := portOf(l)
		must(t, l.Close())
		for _, test := range []struct {
			network, address string
			want             string // of the whole text, how it begins
		}{
			{"tcp", "four:" + port, "dial tcp 127.0.0.1:" + port + ": connect: connection refused"},
			{"tcp4", "both:" + port, "dial tcp4 127.0.0.1:" + port + ": connect: connection refused"},
			{"tcp", "127.0.0.1:" + port, "dial tcp 127.0.0.1:" + port + ": connect: connection refused"},
			{"tcp", "nobody:80", "dial tcp: lookup nobody: no such host"},
			{"tcp6", "four:80", "dial tcp6: lookup four: no such host"},
			{"tcp4", "[::1]:80", "dial tcp4: address ::1: no suitable address found"},
			{"udp", "127.0.0.1:80", "dial udp: unknown network udp"},
			{"tcp", "127.0.0.1", "dial tcp: address 127.0.0.1: missing port in address"},
			{"tcp", "four:http", `dial tcp: address four:http: port "http" is not a number`},
			{"unix", "", "dial unix : empty path"},
		} {
			_, err := rt.Dial(test.network, test.address)
			var oe *net.OpError
			if err == nil || !errors.As(err, &oe) || oe.Op != "dial" || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%s %q: %v, want %s", test.network, test.address, err, test.want)
				continue
			}
			if refused := errors.Is(err, syscall.ECONNREFUSED); refused != (oe.Addr != nil) && test.network != "unix" {
				t.Errorf("%v: the address is %v", err, oe.Addr)
			}
			if dns := (*net.DNSError)(nil); strings.Contains(test.want, "lookup") && (!errors.As(err, &dns) || !dns.IsNotFound) {
				t.Errorf("%v is not package net's", err)
			}
		}
		_, err := rt.Dial("udp", "127.0.0.1:80")
		if unknown := net.UnknownNetworkError(""); !errors.As(err, &unknown) {
			t.Errorf("got %v", err)
		}
		// On a machine without IPv6 the first attempt says only that; the other one tells the news.
		if _, err := rt.Dial("tcp", "both:"+port); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v", err)
		}
		if s := rt.Stats(); s.Sources != 0 || s.Timers != 0 {
			t.Errorf("%d sources, %d timers", s.Sources, s.Timers)
		}
	})
}

// However a dial of several addresses ends early, it leaves nothing, and the error names the first of them.
func TestDialOfManyEndsEarly(t *testing.T) {
	n := names{"slow": {"127.0.0.1"}}
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		slow, others := slowDials(k)
		defer others.close()
		blockOn(t, newRuntime(t, eddy.Config{LookupIP: n.lookUp}, slow), func(t *testing.T, rt *eddy.Runtime) {
			check := func(what string, err, want error) {
				t.Helper()
				var oe *net.OpError
				if !errors.Is(err, want) || !errors.As(err, &oe) || oe.Op != "dial" || oe.Addr == nil || oe.Addr.String() != "[::1]:1" {
					t.Errorf("%s: %v", what, err)
				}
				if s := rt.Stats(); s.Sources+s.Timers != 0 || len(rt.Offloads()) != 0 {
					t.Errorf("%s: %d sources, %d timers, %v", what, s.Sources, s.Timers, rt.Offloads())
				}
			}
			underWay := func(n int) {
				until(t, rt, "attempts are under way", func() bool { return rt.Stats().Sources == n })
			}
			dial := func() (*eddy.TCPStream, error) { return rt.Dial("tcp", "localhost:1") }

			h := eddy.Spawn(rt, dial)
			underWay(2)
			if task := rt.Tasks()[1]; task.Wait != "dial tcp localhost:1" || task.Outside {
				t.Errorf("%+v", task)
			}
			h.Cancel()
			_, err := h.Join()
			check("cancelled", err, eddy.ErrCanceled)

			err = rt.WithTimeout(time.Millisecond, func() error { _, err := dial(); return err })
			check("expired", err, os.ErrDeadlineExceeded)
			if !isTimeout(err) {
				t.Errorf("%v is no timeout", err)
			}

			ctx, cancel := context.WithCancelCause(context.Background())
			h = eddy.Spawn(rt, func() (*eddy.TCPStream, error) { return rt.DialContext(ctx, "tcp", "localhost:1") })
			underWay(1)
			go cancel(errTest)
			_, err = h.Join()
			check("a context's end", err, errTest)
			limited, stop := context.WithTimeout(context.Background(), time.Millisecond)
			defer stop()
			_, err = rt.DialContext(limited, "tcp", "slow:1")
			if ne := net.Error(nil); !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &ne) || !ne.Timeout() {
				t.Errorf("a context's deadline: %v", err)
			}
			_, err = rt.DialContext(ctx, "tcp", "[::1]:1")
			check("a context that was over before", err, errTest)
			_, err = rt.DialContext(ctx, "tcp", "slow:1")
			var dns *net.DNSError
			if !errors.Is(err, errTest) || !errors.As(err, &dns) || dns.Name != "slow" {
				t.Errorf("before the lookup: %v", err)
			}
		})
	})
}

// The end of a runtime leaves nothing of a dial, wherever it stands.
func TestShutdownDuringDials(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		slow, others := slowDials(k)
		defer others.close()
		hang := func(ctx context.Context, network, host string) ([]netip.Addr, error) {
			if host == "never" || network == "ip6" {
				<-ctx.Done()
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		blockOn(t, newRuntime(t, eddy.Config{LookupIP: hang}, slow), func(t *testing.T, rt *eddy.Runtime) {
			for _, address := range []string{"never:1", "half:1", "localhost:1"} {
				rt.Spawn(func() { rt.Dial("tcp", address) })
			}
			until(t, rt, "all are under way", func() bool { return rt.Stats().Sources >= 2 })
		})
	})
}

// A context that ends after the connection is made does nothing to it.
func TestContextWasForTheDialAlone(t *testing.T) {
	withResolver(t, names{"four": {"127.0.0.1"}}.lookUp, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		ctx, cancel := context.WithCancel(context.Background())
		s := got(rt.DialContext(ctx, "tcp", "four:"+portOf(l)))(t)
		cancel()
		writeText(t, s, "x")
		readText(t, got(l.AcceptTCP())(t), "x")
	})
}
