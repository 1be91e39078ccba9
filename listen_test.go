//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// hasIPv6 reports whether this host can listen on ::1.
func hasIPv6() bool {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return unix.Bind(fd, &unix.SockaddrInet6{Addr: [16]byte{15: 1}}) == nil
}

// serves reports whether a dial to address is accepted by l.
func serves(t *testing.T, rt *eddy.Runtime, l *eddy.TCPListener, address string) bool {
	t.Helper()
	s, err := rt.DialTCP(address)
	if err != nil {
		return false
	}
	defer s.Close()
	accepted := got(l.AcceptTCP())(t)
	defer accepted.Close()
	if accepted.RemoteAddr().String() != s.LocalAddr().String() || accepted.LocalAddr().String() != s.RemoteAddr().String() {
		t.Errorf("%s: %v to %v, but %v to %v", address, s.LocalAddr(), s.RemoteAddr(), accepted.RemoteAddr(), accepted.LocalAddr())
	}
	writeText(t, s, "hello")
	readText(t, accepted, "hello")
	return true
}

func TestListenAddresses(t *testing.T) {
	cases := []struct {
		listen   string
		v6Only   bool
		v4, v6   bool // who can connect
		needsIP6 bool
	}{
		{listen: "127.0.0.1:0", v4: true},
		{listen: "localhost:0", v4: true},
		{listen: "0.0.0.0:0", v4: true},
		{listen: ":0", v4: true, v6: true},
		{listen: "[::]:0", v4: true, v6: true, needsIP6: true},
		{listen: "[::]:0", v6Only: true, v6: true, needsIP6: true},
		{listen: "[::1]:0", v6: true, needsIP6: true},
	}
	ip6 := hasIPv6()
	for _, c := range cases {
		t.Run(c.listen, func(t *testing.T) {
			if c.needsIP6 && !ip6 {
				t.Skip("this host has no IPv6")
			}
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				l := got(eddy.ListenConfig{V6Only: c.v6Only}.ListenTCP(rt, c.listen))(t)
				port := l.Addr().(*net.TCPAddr).AddrPort().Port()
				if port == 0 {
					t.Errorf("address %v", l.Addr())
				}
				_, text, _ := net.SplitHostPort(l.Addr().String())
				for _, from := range []string{"127.0.0.1:", "localhost:", "0.0.0.0:", ":"} {
					if serves(t, rt, l, from+text) != c.v4 {
						t.Errorf("%s: IPv4 client %v", from, !c.v4)
					}
				}
				for _, from := range []string{"[::1]:", "[::]:"} {
					if ip6 && serves(t, rt, l, from+text) != c.v6 {
						t.Errorf("%s: IPv6 client %v", from, !c.v6)
					}
				}
			})
		})
	}
}

// On a host without IPv6, "all addresses" are those of IPv4; an IPv6 address that was asked for by name is an error.
func TestListenWithoutIPv6(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		without := &scriptedKernel{Kernel: k, listen: func(a kernel.Addr, o kernel.ListenOptions) (int, error) {
			if a.IP.Addr().Is6() {
				return -1, unix.EAFNOSUPPORT
			}
			return k.Listen(a, o)
		}}
		blockOn(t, newRuntime(t, eddy.Config{}, without), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP(":0"))(t)
			if !strings.HasPrefix(l.Addr().String(), "0.0.0.0:") {
				t.Errorf("address %v", l.Addr())
			}
			if _, err := rt.ListenTCP("[::]:0"); !errors.Is(err, unix.EAFNOSUPPORT) {
				t.Errorf("got %v", err)
			}
		})
	})
}

// Wrong addresses are errors that say what is wrong and what to write instead.
func TestWrongAddresses(t *testing.T) {
	cases := map[string]string{
		"":                    "missing port",
		"127.0.0.1":           "missing port",
		"127.0.0.1:":          "port 0 for any free one",
		"::1:80":              "too many colons",
		"[::1]":               "missing port",
		"127.0.0.1:65536":     "from 0 to 65535",
		"127.0.0.1:-1":        "from 0 to 65535",
		"127.0.0.1:http":      `port "http" is not a number`,
		"example.com:80":      "names are not looked up",
		"1.2.3:80":            `"1.2.3" is not an IP address`,
		"127.0.0.1:80:90":     "too many colons",
		"unix:/tmp/something": `host "unix"`,
	}
	cases["unix:/tmp/something"] = "is not"
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		for address, want := range cases {
			_, err := rt.ListenTCP(address)
			var oe *net.OpError
			if !errors.As(err, &oe) || oe.Op != "listen" || !strings.Contains(err.Error(), want) {
				t.Errorf("ListenTCP(%q): %v; want %q in it", address, err, want)
			}
			if address != "" && !strings.Contains(err.Error(), address) {
				t.Errorf("%v does not name the address", err)
			}
			if _, err := rt.DialTCP(address); !errors.As(err, &oe) || oe.Op != "dial" || !strings.Contains(err.Error(), want) {
				t.Errorf("DialTCP(%q): %v", address, err)
			}
		}
		_, err := rt.ListenUnix("")
		var oe *net.OpError
		if !errors.As(err, &oe) || oe.Net != "unix" {
			t.Errorf("ListenUnix of nothing: %v", err)
		}
		if _, err := rt.DialUnix(""); !errors.As(err, &oe) || oe.Net != "unix" || oe.Op != "dial" {
			t.Errorf("DialUnix of nothing: %v", err)
		}
	})
}

func TestPortInUse(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		_, err := rt.ListenTCP(l.Addr().String())
		var oe *net.OpError
		if !errors.Is(err, syscall.EADDRINUSE) || !errors.As(err, &oe) || oe.Op != "listen" || oe.Net != "tcp" || oe.Addr.String() != l.Addr().String() {
			t.Errorf("got %#v", err)
		}
		must(t, l.Close())
		again := got(rt.ListenTCP(l.Addr().String()))(t)
		must(t, again.Close())
	})
}

func TestReusePortAndBacklog(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		c := eddy.ListenConfig{ReusePort: true, Backlog: 3}
		l := got(c.ListenTCP(rt, "127.0.0.1:0"))(t)
		other := got(c.ListenTCP(rt, l.Addr().String()))(t)
		if other.Addr().String() != l.Addr().String() {
			t.Errorf("%v and %v", l.Addr(), other.Addr())
		}
		must(t, other.Close())
		if !serves(t, rt, l, l.Addr().String()) {
			t.Error("the first one does not serve")
		}
	})
}

func TestListenControl(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		calls := 0
		c := eddy.ListenConfig{Control: func(network, address string, raw syscall.RawConn) error {
			calls++
			if network != "tcp" || address != "127.0.0.1:0" {
				t.Errorf("%s %s", network, address)
			}
			never := func(uintptr) bool { t.Error("called"); return true }
			if raw.Read(never) == nil || raw.Write(never) == nil {
				t.Error("an unbound socket was read or written")
			}
			return raw.Control(func(fd uintptr) { must(t, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 50_000)) })
		}}
		l := got(c.ListenTCP(rt, "127.0.0.1:0"))(t)
		if n := option(t, l, unix.SOL_SOCKET, unix.SO_RCVBUF); calls != 1 || n < 50_000 || n > 200_000 {
			t.Errorf("%d calls, buffer %d", calls, n)
		}
		c.Control = func(string, string, syscall.RawConn) error { return errTest }
		if _, err := c.ListenTCP(rt, "127.0.0.1:0"); !errors.Is(err, errTest) {
			t.Errorf("got %v", err)
		}
	})
}
