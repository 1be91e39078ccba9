//go:build unix

package eddy_test

import (
	"net"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
)

// option reads a socket option.
func option(t *testing.T, c syscall.Conn, level, name int) (value int) {
	t.Helper()
	raw := got(c.SyscallConn())(t)
	must(t, raw.Control(func(fd uintptr) {
		v, err := unix.GetsockoptInt(int(fd), level, name)
		must(t, err)
		value = v
	}))
	return value
}

// Streams have the defaults of package net, whichever way they came about.
func TestDefaultOptions(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		inherited := got(rt.ListenerFromFD(duplicate(t, l)))(t)
		must(t, l.Close())
		c := got(rt.DialTCP(inherited.Addr().String()))(t)
		d := got(inherited.AcceptTCP())(t)
		for i, s := range []*eddy.TCPStream{a, b, c, d} {
			if option(t, s, unix.IPPROTO_TCP, unix.TCP_NODELAY) == 0 || option(t, s, unix.SOL_SOCKET, unix.SO_KEEPALIVE) == 0 {
				t.Errorf("stream %d: no-delay or keep-alive is off", i)
			}
		}
	})
}

func TestOptions(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		for _, on := range []bool{false, true} {
			must(t, a.SetNoDelay(on))
			must(t, a.SetKeepAlive(on))
			if (option(t, a, unix.IPPROTO_TCP, unix.TCP_NODELAY) != 0) != on || (option(t, a, unix.SOL_SOCKET, unix.SO_KEEPALIVE) != 0) != on {
				t.Errorf("not %v", on)
			}
		}
		must(t, a.SetReadBuffer(100_000))
		must(t, a.SetWriteBuffer(100_000))
		if option(t, a, unix.SOL_SOCKET, unix.SO_RCVBUF) < 100_000 || option(t, a, unix.SOL_SOCKET, unix.SO_SNDBUF) < 100_000 {
			t.Error("the buffers have another size")
		}
		must(t, a.SetKeepAliveConfig(net.KeepAliveConfig{Enable: false, Idle: -1, Interval: -1, Count: -1}))
		if option(t, a, unix.SOL_SOCKET, unix.SO_KEEPALIVE) != 0 {
			t.Error("keep-alive is on")
		}
	})
}

// An option that a socket does not have is an error of package net's shape.
func TestOptionError(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		a, _ := unixPair(t, rt)
		err := a.SetNoDelay(true)
		if oe, ok := err.(*net.OpError); !ok || oe.Op != "set" || oe.Net != "unix" {
			t.Errorf("got %v", err)
		}
		if err := a.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true}); err == nil {
			t.Error("keep-alive on a Unix socket")
		}
	})
}
