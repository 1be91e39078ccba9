package eddytls_test

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// stopping returns a server's Conn whose client stops in the middle of the handshake: it says hello and reads nothing.
func stopping(t *testing.T, rt *eddy.Runtime) (client *eddy.TCPStream, server *eddytls.Conn) {
	t.Helper()
	a, b := streams(t, rt)
	hello := eddy.Spawn(rt, func() (struct{}, error) {
		return struct{}{}, eddytls.Client(rt, a, clientConfig()).Handshake()
	})
	if _, err := eddy.Await(rt, b.Readable()); err != nil {
		t.Fatal(err)
	}
	hello.Cancel()
	hello.Join()
	return a, eddytls.Server(rt, b, serverConfig())
}

// permanence is a net.Error without the mark that its method is out of use: package net and crypto/tls still ask it.
type permanence interface {
	Timeout() bool
	Temporary() bool
}

// failedForGood says what a connection must say whose handshake was interrupted.
func failedForGood(t *testing.T, conn *eddytls.Conn, cause error) {
	t.Helper()
	_, readErr := conn.Read(make([]byte, 1))
	_, writeErr := conn.Write([]byte{1})
	for _, err := range []error{conn.Handshake(), readErr, writeErr} {
		netErr, ok := err.(permanence)
		if !errors.Is(err, cause) || !strings.Contains(err.Error(), "handshake was interrupted") || !ok || netErr.Temporary() {
			t.Errorf("afterwards: %v", err)
		}
		if ok && netErr.Timeout() != (cause == os.ErrDeadlineExceeded) {
			t.Errorf("afterwards, Timeout() %v: %v", netErr.Timeout(), err)
		}
	}
}

// A peer that stops in the middle of the handshake is dropped when the deadline has passed, and all who wait for the
// handshake hear of it.
func TestHandshakeUnderADeadline(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, conn := stopping(t, rt)
		must(t, conn.SetDeadline(rt.Now().Add(5*time.Millisecond)))
		reader := eddy.Spawn(rt, func() (int, error) { return conn.Read(make([]byte, 1)) })
		if err := conn.Handshake(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, err := reader.Join(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a read that waited got %v", err)
		}
		must(t, conn.SetDeadline(time.Time{}))
		failedForGood(t, conn, os.ErrDeadlineExceeded)
		must(t, conn.Close())
		must(t, client.Close())
		until(t, rt, "the streams are closed", func() bool { return rt.Stats().Closing == 0 })
		if s := rt.Stats(); s.Timers != 0 || s.Tasks != 1 {
			t.Errorf("left: %d timers, tasks %v", s.Timers, rt.Tasks())
		}
	})
}

// The same by rt.WithTimeout, which concerns the task and not the connection.
func TestHandshakeInATimeout(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, conn := stopping(t, rt)
		err := rt.WithTimeout(5*time.Millisecond, conn.Handshake)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		failedForGood(t, conn, os.ErrDeadlineExceeded)
		must(t, conn.Close())
		must(t, client.Close())
	})
}

// A task that is cancelled in its handshake leaves a connection that says so to the others. One that only waits for
// another's handshake leaves it alone.
func TestHandshakeOfACancelledTask(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, conn := stopping(t, rt)
		shaking := func() (struct{}, error) { return struct{}{}, conn.Handshake() }
		first := eddy.Spawn(rt, shaking)
		untilWaiting(t, rt, 1)
		second, third := eddy.Spawn(rt, shaking), eddy.Spawn(rt, shaking)
		untilWaiting(t, rt, 3)
		second.Cancel()
		if _, err := second.Join(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("who waited and was cancelled got %v", err)
		}
		if first.Done() || third.Done() {
			t.Error("it was not theirs to end")
		}
		first.Cancel()
		if _, err := first.Join(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("got %v", err)
		}
		if _, err := third.Join(); err == nil || !strings.Contains(err.Error(), "handshake was interrupted") {
			t.Errorf("who waited got %v", err)
		}
		failedForGood(t, conn, eddy.ErrCanceled)
		must(t, conn.Close())
		must(t, client.Close())
	})
}

// F35: the context of a handshake is cancelled by a goroutine; of the handshake in progress, or of one that waits for it.
func TestHandshakeContextCancelledFromAGoroutine(t *testing.T) {
	for _, whose := range []string{"the first", "one that waits"} {
		t.Run(whose, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				client, conn := stopping(t, rt)
				ctx, cancel := context.WithCancel(context.Background())
				contexts := []context.Context{ctx, context.Background()}
				if whose != "the first" {
					contexts[0], contexts[1] = contexts[1], contexts[0]
				}
				var waits []*eddy.JoinHandle[struct{}]
				for _, ctx := range contexts {
					waits = append(waits, eddy.Spawn(rt, func() (struct{}, error) {
						return struct{}{}, conn.HandshakeContext(ctx)
					}))
					untilWaiting(t, rt, len(waits))
				}
				go cancel()
				for i, ctx := range contexts {
					_, err := waits[i].Join()
					if want := ctx.Err(); want != nil && err != want {
						t.Errorf("got %v, want %v", err, want)
					} else if err == nil {
						t.Error("the other's handshake was done")
					}
				}
				if err := conn.Handshake(); err == nil { // nobody is left at the gate
					t.Error("afterwards it was done")
				}
				_ = conn.Close()
				must(t, client.Close())
			})
		})
	}
}

// A context that ends after the handshake ends nothing.
func TestHandshakeContextEndsWithTheHandshake(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := connect(t, rt, clientConfig(), serverConfig())
		ctx, cancel := context.WithCancel(rt.Context())
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, server.HandshakeContext(ctx) })
		must(t, client.HandshakeContext(ctx))
		_, err := h.Join()
		must(t, err)
		cancel()
		must(t, server.HandshakeContext(ctx))
		writeText(t, client, "still open")
		readText(t, server, "still open")
		must(t, client.Close())
		must(t, server.Close())
	})
}

// A function of the config that panics ends its task, and not those that wait for the handshake.
func TestHandshakeThatPanics(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, conn := stopping(t, rt)
		conn = eddytls.Server(rt, conn.NetConn(), &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			_ = rt.Yield()
			panic("no certificate today")
		}})
		shaking := func() (struct{}, error) { return struct{}{}, conn.Handshake() }
		first, second := eddy.Spawn(rt, shaking), eddy.Spawn(rt, shaking)
		var panicked *eddy.PanicError
		if _, err := first.Join(); !errors.As(err, &panicked) {
			t.Errorf("got %v", err)
		}
		if _, err := second.Join(); err == nil || !strings.Contains(err.Error(), "panic") {
			t.Errorf("who waited got %v", err)
		}
		if conn.ConnectionState().HandshakeComplete {
			t.Error("it is complete")
		}
		must(t, conn.Close())
		must(t, client.Close())
	})
}
