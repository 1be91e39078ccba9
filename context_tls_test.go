//go:build unix

package eddy_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// stuckHandshake begins a client's handshake with a peer that does not answer, and returns when it waits.
func stuckHandshake(t *testing.T, rt *eddy.Runtime, ctx func() context.Context, s *eddy.TCPStream) (*tls.Conn, *eddy.JoinHandle[struct{}]) {
	t.Helper()
	conn := tls.Client(s, &tls.Config{InsecureSkipVerify: true})
	h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, conn.HandshakeContext(ctx()) })
	untilWaiting(t, rt, 1)
	return conn, h
}

// F35: a handshake under a context that derives from the task's ends with that context, wherever it is cancelled.
func TestHandshakeUnderADerivedContext(t *testing.T) {
	for name, end := range map[string]func(cancel func()){
		"from a goroutine":  func(cancel func()) { go cancel() },
		"from another task": func(cancel func()) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, _ *eddy.TCPStream) {
				var cancel context.CancelFunc
				_, h := stuckHandshake(t, rt, func() (ctx context.Context) {
					ctx, cancel = context.WithCancel(rt.Context())
					return ctx
				}, a)
				end(cancel)
				if _, err := h.Join(); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// F35: a handshake whose task is cancelled ends as any wait does, though its context ends with the task.
func TestHandshakeEndsWithItsTask(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, _ *eddy.TCPStream) {
		_, h := stuckHandshake(t, rt, rt.Context, a)
		h.Cancel()
		if _, err := h.Join(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// F35: and so does one whose WithTimeout expires.
func TestHandshakeEndsWithItsTimeout(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, _ *eddy.TCPStream) {
		err := rt.WithTimeout(time.Millisecond, func() error {
			return tls.Client(a, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(rt.Context())
		})
		if err != context.DeadlineExceeded {
			t.Errorf("got %v", err)
		}
	})
}

// F35: while a task is in the handshake other goroutines may set its deadlines, over and over.
func TestDeadlinesDuringAHandshake(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, _ *eddy.TCPStream) {
		conn, h := stuckHandshake(t, rt, rt.Context, a)
		past, future := rt.Now().Add(-time.Second), rt.Now().Add(time.Hour)
		go func() {
			for range 10 {
				conn.SetReadDeadline(future)
				conn.SetWriteDeadline(future)
			}
			conn.SetDeadline(past)
		}()
		if _, err := h.Join(); !isTimeout(err) {
			t.Errorf("got %v", err)
		}
	})
}

// F35: and close its stream.
func TestCloseDuringAHandshake(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, _ *eddy.TCPStream) {
		conn, h := stuckHandshake(t, rt, rt.Context, a)
		future := rt.Now().Add(time.Hour)
		go func() {
			conn.SetDeadline(future)
			conn.NetConn().Close()
		}()
		if _, err := h.Join(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}
