package ecosystem

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/eddy-go/eddy"
)

// echoWS upgrades a connection and echoes messages until the client ends it. It returns the client's closing words.
func echoWS(conn net.Conn) error {
	defer conn.Close()
	u := ws.Upgrader{Protocol: func(p []byte) bool { return string(p) == "echo" }}
	if _, err := u.Upgrade(conn); err != nil {
		return err
	}
	for {
		text, op, err := wsutil.ReadClientData(conn)
		if err != nil {
			return err
		}
		if err := wsutil.WriteServerMessage(conn, op, text); err != nil {
			return err
		}
	}
}

// dialWS dials a server that serves one connection in a task.
func dialWS(t *testing.T, rt *eddy.Runtime, d ws.Dialer, ctx context.Context, server func(conn net.Conn) error) (net.Conn, *eddy.JoinHandle[struct{}], error) {
	t.Helper()
	l, err := rt.ListenTCP("127.0.0.1:0")
	must(t, err)
	defer l.Close()
	served := eddy.Spawn(rt, func() (struct{}, error) {
		conn, err := l.Accept()
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, server(conn)
	})
	d.NetDial = func(ctx context.Context, network, address string) (net.Conn, error) {
		stream, err := rt.DialContext(ctx, network, address)
		if err != nil {
			return nil, err // not a net.Conn that holds a nil stream
		}
		return stream, nil
	}
	scheme := "ws://"
	if d.TLSConfig != nil {
		scheme = "wss://"
	}
	conn, rest, _, err := d.Dial(ctx, scheme+l.Addr().String()+"/path")
	if rest != nil {
		t.Errorf("%d bytes came with the answer", rest.Buffered())
	}
	return conn, served, err
}

// Messages of all sizes come back, in plain and over TLS, and the closing words arrive on both sides.
func TestWebSocketEcho(t *testing.T) {
	certificate, roots := certificate(t)
	for name, c := range map[string]struct {
		dialer ws.Dialer
		server func(net.Conn) error
	}{
		"ws": {ws.Dialer{Protocols: []string{"other", "echo"}}, echoWS},
		"wss": {ws.Dialer{TLSConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}}, func(conn net.Conn) error {
			return echoWS(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(rt *eddy.Runtime) {
				conn, served, err := dialWS(t, rt, c.dialer, context.Background(), c.server)
				must(t, err)
				for _, text := range []string{"", "short", strings.Repeat("x", 126), strings.Repeat("y", 1<<16), large} {
					writer := rt.Spawn(func() { must(t, wsutil.WriteClientText(conn, []byte(text))) })
					back, err := wsutil.ReadServerText(conn)
					if string(back) != text || err != nil {
						t.Errorf("%d bytes came back, want %d: %v", len(back), len(text), err)
					}
					writer.Join()
				}
				must(t, wsutil.WriteClientBinary(conn, []byte{0xff}))
				if back, op, err := wsutil.ReadServerData(conn); string(back) != "\xff" || op != ws.OpBinary || err != nil {
					t.Errorf("%q, %v, %v", back, op, err)
				}
				must(t, wsutil.WriteClientMessage(conn, ws.OpClose, ws.NewCloseFrameBody(ws.StatusGoingAway, "bye")))
				closed := wsutil.ClosedError{}
				if _, _, err := wsutil.ReadServerData(conn); !errors.As(err, &closed) || closed.Code != ws.StatusGoingAway {
					t.Errorf("the client reads %v", err)
				}
				if _, err := served.Join(); !errors.As(err, &closed) || closed.Reason != "bye" {
					t.Errorf("the server reads %v", err)
				}
				conn.Close()
			})
		})
	}
}

// A message in fragments, with pings between and inside of them, byte by byte: it arrives whole, and the pongs come.
func TestWebSocketFragments(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		conn, served, err := dialWS(t, rt, ws.Dialer{}, context.Background(), echoWS)
		must(t, err)
		slow := rt.Spawn(func() {
			for _, frame := range []ws.Frame{
				ws.NewFrame(ws.OpText, false, []byte("one ")),
				ws.NewPingFrame([]byte("there?")),
				ws.NewFrame(ws.OpContinuation, false, []byte("two ")),
				ws.NewPingFrame(nil),
				ws.NewFrame(ws.OpContinuation, true, []byte("three")),
			} {
				dribble(t, rt, conn, string(ws.MustCompileFrame(ws.MaskFrame(frame))))
			}
		})
		var pongs []string
		reader := wsutil.NewClientSideReader(conn)
		reader.CheckUTF8 = true
		for {
			h, err := reader.NextFrame()
			must(t, err)
			text, err := io.ReadAll(reader)
			must(t, err)
			if h.OpCode == ws.OpPong {
				pongs = append(pongs, string(text))
				continue
			}
			if h.OpCode != ws.OpText || string(text) != "one two three" {
				t.Errorf("%v %q", h.OpCode, text)
			}
			break
		}
		if len(pongs) != 2 || pongs[0] != "there?" || pongs[1] != "" {
			t.Errorf("pongs %q", pongs)
		}
		slow.Join()

		w := wsutil.NewWriterSize(conn, ws.StateClientSide, ws.OpText, 1000) // a fragment for each buffer
		writer := rt.Spawn(func() {
			write(t, w, large)
			must(t, w.Flush())
		})
		if back, err := wsutil.ReadServerText(conn); string(back) != large || err != nil {
			t.Errorf("%d bytes came back: %v", len(back), err)
		}
		writer.Join()
		must(t, conn.Close())
		if _, err := served.Join(); err != io.EOF {
			t.Errorf("the end without closing words: %v", err)
		}
	})
}

// A frame that stays incomplete is ended by a deadline, a Close or the task's end, as a plain read is.
func TestWebSocketInterrupted(t *testing.T) {
	ways := map[string]func(rt *eddy.Runtime, conn net.Conn, h *eddy.JoinHandle[struct{}]) error{
		"deadline": func(rt *eddy.Runtime, conn net.Conn, _ *eddy.JoinHandle[struct{}]) error {
			conn.SetReadDeadline(rt.Now().Add(time.Millisecond))
			return os.ErrDeadlineExceeded
		},
		"closed": func(_ *eddy.Runtime, conn net.Conn, _ *eddy.JoinHandle[struct{}]) error {
			conn.Close()
			return net.ErrClosed
		},
		"canceled": func(_ *eddy.Runtime, _ net.Conn, h *eddy.JoinHandle[struct{}]) error {
			h.Cancel()
			return eddy.ErrCanceled
		},
	}
	for name, interrupt := range ways {
		t.Run(name, func(t *testing.T) {
			run(t, func(rt *eddy.Runtime) {
				var accepted net.Conn
				conn, served, err := dialWS(t, rt, ws.Dialer{}, context.Background(), func(c net.Conn) error {
					accepted = c
					return echoWS(c)
				})
				must(t, err)
				frame := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte("only a part of this"))))
				dribble(t, rt, conn, string(frame[:12]))
				untilWaiting(t, rt, 1)
				want := interrupt(rt, accepted, served)
				if _, err := served.Join(); !errors.Is(err, want) {
					t.Errorf("got %v", err)
				}
				conn.Close()
			})
		})
	}
}

// A server that does not answer ends a Dial by the Dialer's Timeout, by a context and by the task's end.
func TestWebSocketDialEnds(t *testing.T) {
	silent := func(conn net.Conn) error {
		_, err := io.ReadAll(conn)
		return errors.Join(err, conn.Close())
	}
	run(t, func(rt *eddy.Runtime) {
		_, served, err := dialWS(t, rt, ws.Dialer{Timeout: 5 * time.Millisecond}, context.Background(), silent)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Timeout: %v", err)
		}
		served.Join()

		ctx, cancel := context.WithTimeout(rt.Context(), 5*time.Millisecond)
		_, served, err = dialWS(t, rt, ws.Dialer{}, ctx, silent)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context's deadline: %v", err)
		}
		cancel()
		served.Join()

		h := eddy.Spawn(rt, func() (struct{}, error) {
			_, _, err := dialWS(t, rt, ws.Dialer{}, rt.Context(), silent)
			return struct{}{}, err
		})
		untilWaiting(t, rt, 2)
		h.Cancel()
		if _, err := h.Join(); !errors.Is(err, context.Canceled) {
			t.Errorf("the task's end: %v", err)
		}
	})
}

// A request that is no upgrade is refused, and a Dial at a server that speaks no WebSocket says so.
func TestWebSocketRefused(t *testing.T) {
	run(t, func(rt *eddy.Runtime) {
		client, conn := connect(t, rt)
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, echoWS(conn) })
		dribble(t, rt, client, "GET / HTTP/1.1\r\nHost: t\r\n\r\n")
		if text, err := io.ReadAll(client); !strings.HasPrefix(string(text), "HTTP/1.1 4") || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		if _, err := h.Join(); err == nil {
			t.Error("the upgrade is taken")
		}
		client.Close()

		_, served, err := dialWS(t, rt, ws.Dialer{}, context.Background(), func(conn net.Conn) error {
			io.WriteString(conn, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
			return conn.Close()
		})
		var status ws.StatusError
		if !errors.As(err, &status) || int(status) != 404 {
			t.Errorf("got %v", err)
		}
		served.Join()
	})
}
