package ecosystem

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"

	"github.com/eddy-go/eddy"
)

var (
	farClient = &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7).To4(), Port: 4711}
	farServer = &net.TCPAddr{IP: net.IPv4(203, 0, 113, 8).To4(), Port: 443}
)

// header returns one as a proxy sends it.
func header(t *testing.T, version byte) string {
	t.Helper()
	text, err := proxyproto.HeaderProxyFromAddrs(version, farClient, farServer).Format()
	must(t, err)
	return string(text)
}

// proxied returns what a proxyproto.Listener over the runtime's own accepts, and the stream of its client.
func proxied(t *testing.T, rt *eddy.Runtime, l *proxyproto.Listener) (client *eddy.TCPStream, conn net.Conn) {
	t.Helper()
	inner, err := rt.ListenTCP("127.0.0.1:0")
	must(t, err)
	l.Listener = inner
	defer l.Close()
	client, err = rt.DialTCP(l.Addr().String())
	must(t, err)
	conn, err = l.Accept()
	must(t, err)
	return client, conn
}

// The addresses are those of the header, and what follows it is the connection's, in both directions.
func TestProxyHeader(t *testing.T) {
	for name, version := range map[string]byte{"v1": 1, "v2": 2} {
		t.Run(name, func(t *testing.T) {
			run(t, func(rt *eddy.Runtime) {
				client, conn := proxied(t, rt, &proxyproto.Listener{})
				h := eddy.Spawn(rt, func() (string, error) { return conn.RemoteAddr().String(), nil }) // waits for the header
				untilWaiting(t, rt, 1)
				write(t, client, header(t, version)+"hello")
				if addr, err := h.Join(); addr != farClient.String() || err != nil {
					t.Errorf("%s, %v", addr, err)
				}
				if addr := conn.LocalAddr().String(); addr != farServer.String() {
					t.Errorf("the local address is %s", addr)
				}
				read(t, conn, "hello")
				echoed := eddy.Spawn(rt, func() (int64, error) { return io.Copy(conn, conn) })
				writer := rt.Spawn(func() {
					write(t, client, large)
					client.CloseWrite()
				})
				read(t, client, large)
				writer.Join()
				if n, err := echoed.Join(); n != int64(len(large)) || err != nil {
					t.Errorf("%d, %v", n, err)
				}
				conn.Close()
				client.Close()
			})
		})
	}
}

// A header of version 2 may come byte by byte and carry what it likes. One of version 1 must come at once: so the
// library has it.
func TestProxyHeaderDribbled(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		client, conn := proxied(t, rt, &proxyproto.Listener{})
		head := proxyproto.HeaderProxyFromAddrs(2, farClient, farServer)
		tlv := proxyproto.TLV{Type: proxyproto.PP2_TYPE_AUTHORITY, Value: bytes.Repeat([]byte("x"), 400)}
		must(t, head.SetTLVs([]proxyproto.TLV{tlv}))
		text, err := head.Format()
		must(t, err)
		peer := rt.Spawn(func() { dribble(t, rt, client, string(text)+"rest") })
		got := conn.(*proxyproto.Conn).ProxyHeader()
		if got == nil || !got.EqualsTo(head) {
			t.Errorf("got %v", got)
		}
		read(t, conn, "rest")
		peer.Join()
		conn.Close()
		client.Close()

		client, conn = proxied(t, rt, &proxyproto.Listener{})
		peer = rt.Spawn(func() { dribble(t, rt, client, header(t, 1)) })
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, proxyproto.ErrCantReadVersion1Header) {
			t.Errorf("got %v", err)
		}
		peer.Join()
		conn.Close()
		client.Close()
	})
}

// Each policy does what it says with a client that sends a header and with one that sends none.
func TestProxyPolicies(t *testing.T) {
	const text = "GET / HTTP/1.1\r\n"
	own := "127.0.0.1"
	for _, c := range []struct {
		policy        proxyproto.Policy
		with, without error
		host          string // with a header
	}{
		{proxyproto.REQUIRE, nil, proxyproto.ErrNoProxyProtocol, farClient.IP.String()},
		{proxyproto.USE, nil, nil, farClient.IP.String()},
		{proxyproto.IGNORE, nil, nil, own},
		{proxyproto.REJECT, proxyproto.ErrSuperfluousProxyHeader, nil, own},
	} {
		run(t, func(rt *eddy.Runtime) {
			for _, sent := range []bool{true, false} {
				l := &proxyproto.Listener{ConnPolicy: func(o proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) {
					if o.Upstream == nil || o.Downstream == nil {
						t.Error("the policy does not learn the addresses")
					}
					return c.policy, nil
				}}
				client, conn := proxied(t, rt, l)
				want, host, head := c.without, own, ""
				if sent {
					want, host, head = c.with, c.host, header(t, 2)
				}
				write(t, client, head+text)
				buf := make([]byte, len(text))
				if _, err := io.ReadFull(conn, buf); err != want || err == nil && string(buf) != text {
					t.Errorf("policy %d, header %v: %q, %v; want %v", c.policy, sent, buf, err, want)
				}
				if addr := conn.RemoteAddr().(*net.TCPAddr); addr.IP.String() != host {
					t.Errorf("policy %d, header %v: the client is %v", c.policy, sent, addr)
				}
				conn.Close()
				client.Close()
			}
		})
	}
}

// A header that never comes holds its own task for ReadHeaderTimeout, and no other. Where none is required the
// connection lives on.
func TestProxyHeaderNeverComes(t *testing.T) {
	for name, begun := range map[string]string{"nothing": "", "half of version 2": header(t, 2)[:9]} {
		t.Run(name, func(t *testing.T) {
			run(t, func(rt *eddy.Runtime) {
				a, b := connect(t, rt)
				client, conn := proxied(t, rt, &proxyproto.Listener{ReadHeaderTimeout: 20 * time.Millisecond})
				write(t, client, begun)
				h := eddy.Spawn(rt, func() (int, error) { return conn.Read(make([]byte, 1)) })
				write(t, a, "others go on")
				read(t, b, "others go on")
				if _, err := h.Join(); err == nil || errors.Is(err, io.EOF) {
					t.Errorf("got %v", err)
				}
				for _, c := range []io.Closer{a, b, client, conn} {
					c.Close()
				}
			})
		})
	}
	run(t, func(rt *eddy.Runtime) {
		lax := func(proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) { return proxyproto.USE, nil }
		client, conn := proxied(t, rt, &proxyproto.Listener{ReadHeaderTimeout: time.Millisecond, ConnPolicy: lax})
		deadline := rt.Now().Add(10 * time.Millisecond)
		must(t, conn.SetReadDeadline(deadline)) // is kept across that of the header
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || rt.Now().Before(deadline) {
			t.Errorf("got %v", err)
		}
		must(t, conn.SetReadDeadline(time.Time{}))
		write(t, client, "late")
		read(t, conn, "late")
		conn.Close()
		client.Close()
	})
}

// A task that waits for the header is cancelled and closed like any other.
func TestProxyHeaderInterrupted(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		for _, interrupt := range []func(conn net.Conn, h *eddy.JoinHandle[int]){
			func(conn net.Conn, _ *eddy.JoinHandle[int]) { conn.Close() },
			func(_ net.Conn, h *eddy.JoinHandle[int]) { h.Cancel() },
		} {
			client, conn := proxied(t, rt, &proxyproto.Listener{})
			h := eddy.Spawn(rt, func() (int, error) { return conn.Read(make([]byte, 1)) })
			untilWaiting(t, rt, 1)
			interrupt(conn, h)
			if _, err := h.Join(); !errors.Is(err, net.ErrClosed) && !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("got %v", err)
			}
			conn.Close()
			client.Close()
		}
	})
}

// Two tasks share a connection when its header has been read: the first call of ProxyHeader does that.
func TestProxyConnOfTwoTasks(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		client, conn := proxied(t, rt, &proxyproto.Listener{})
		write(t, client, header(t, 1))
		if conn.(*proxyproto.Conn).ProxyHeader() == nil {
			t.Fatal("no header")
		}
		reader := eddy.Spawn(rt, func() (string, error) {
			text, err := io.ReadAll(conn)
			return string(text), err
		})
		untilWaiting(t, rt, 1)
		write(t, conn, "written while the other one reads")
		read(t, client, "written while the other one reads")
		write(t, client, "read")
		must(t, client.Close())
		if text, err := reader.Join(); text != "read" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		conn.Close()
	})
}

// TLS behind the header, as behind a balancer that does not look into it.
func TestProxyThenTLS(t *testing.T) {
	certificate, roots := certificate(t)
	run(t, func(rt *eddy.Runtime) {
		client, conn := proxied(t, rt, &proxyproto.Listener{})
		server := eddy.Spawn(rt, func() (int64, error) {
			c := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
			n, err := io.Copy(c, c)
			return n, errors.Join(err, c.Close())
		})
		write(t, client, header(t, 2))
		c := tls.Client(client, &tls.Config{RootCAs: roots, ServerName: "example.com"})
		write(t, c, "secret")
		read(t, c, "secret")
		must(t, c.CloseWrite())
		if n, err := server.Join(); n != 6 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		c.Close()
	})
}
