package eddytls_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// A client that says nothing holds up no other: Accept does no handshake.
func TestListener(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		tcp := got(rt.ListenTCP("127.0.0.1:0"))(t)
		l := eddytls.NewListener(rt, tcp, serverConfig())
		serving := eddy.Spawn(rt, func() (struct{}, error) {
			for {
				conn, err := l.Accept()
				if err != nil {
					return struct{}{}, err
				}
				rt.Spawn(func() {
					defer conn.Close()
					_, _ = io.Copy(conn, conn)
				})
			}
		})
		silent := got(rt.DialTCP(l.Addr().String()))(t)
		conn := got(eddytls.Dial(rt, "tcp", l.Addr().String(), &tls.Config{RootCAs: authority().pool}))(t)
		writeText(t, conn, "hello")
		readText(t, conn, "hello")
		must(t, conn.Close())
		must(t, silent.Close())
		must(t, l.Close())
		if _, err := serving.Join(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accept: %v", err)
		}
		if _, err := l.AcceptTLS(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accept: %v", err)
		}
	})
}

// Dial expects the host of the address, closes what fails, and leaves the config alone.
func TestDial(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		l := eddytls.NewListener(rt, got(rt.ListenTCP("127.0.0.1:0"))(t), serverConfig())
		for _, config := range []*tls.Config{nil, {RootCAs: authority().pool, ServerName: "example.org"}} {
			h := eddy.Spawn(rt, func() (struct{}, error) {
				conn, err := l.AcceptTLS()
				if err == nil {
					err = conn.Handshake()
					conn.Close()
				}
				return struct{}{}, err
			})
			if _, err := eddytls.Dial(rt, "tcp", l.Addr().String(), config); err == nil {
				t.Error("dialled whom it should not trust")
			}
			if _, err := h.Join(); err == nil {
				t.Error("the server was not told")
			}
		}
		until(t, rt, "only the listener is open", func() bool { return rt.Stats().Sources == 1 })
		must(t, l.Close())
		if _, err := eddytls.Dial(rt, "tcp", l.Addr().String(), nil); err == nil {
			t.Error("dialled nobody")
		}
	})
}
