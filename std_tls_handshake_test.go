//go:build unix

package eddy_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// silenced drops what is written after its first bytes.
type silenced struct {
	net.Conn
	left int
}

func (s *silenced) Write(p []byte) (int, error) {
	n := min(s.left, len(p))
	s.left -= n
	if n > 0 {
		if n, err := s.Conn.Write(p[:n]); err != nil {
			return n, err
		}
	}
	return len(p), nil
}

// F26: a peer that falls silent at any point of the handshake holds nobody but its own task, and that one no longer
// than its program allows, by whatever means.
func TestTLSPeerStopsInTheHandshake(t *testing.T) {
	certified := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	trusting := &tls.Config{InsecureSkipVerify: true}
	limits := map[string]struct {
		shake func(rt *eddy.Runtime, conn *tls.Conn) error
		err   error
	}{
		"deadline": {func(rt *eddy.Runtime, conn *tls.Conn) error {
			conn.SetDeadline(rt.Now().Add(5 * time.Millisecond))
			return conn.Handshake()
		}, os.ErrDeadlineExceeded},
		"context": {func(rt *eddy.Runtime, conn *tls.Conn) error {
			ctx, cancel := context.WithTimeout(rt.Context(), 5*time.Millisecond)
			defer cancel()
			return conn.HandshakeContext(ctx)
		}, context.DeadlineExceeded},
		"WithTimeout": {func(rt *eddy.Runtime, conn *tls.Conn) error {
			return rt.WithTimeout(5*time.Millisecond, conn.Handshake)
		}, os.ErrDeadlineExceeded},
	}
	sides := map[string]func(own, peer net.Conn) (mine, other *tls.Conn){
		"server": func(own, peer net.Conn) (mine, other *tls.Conn) {
			return tls.Server(own, certified), tls.Client(peer, trusting)
		},
		"client": func(own, peer net.Conn) (mine, other *tls.Conn) {
			return tls.Client(own, trusting), tls.Server(peer, certified)
		},
	}
	for side, ends := range sides {
		for name, limit := range limits {
			t.Run(side+" "+name, func(t *testing.T) {
				forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
					for _, bytes := range []int{0, 3, 60, 130} { // nothing, half a header, half a hello, and a little more of it
						peer, own := tcpPair(t, rt)
						conn, other := ends(own, &silenced{peer, bytes})
						rt.Spawn(func() { other.Handshake() })
						h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, limit.shake(rt, conn) })
						writeText(t, a, "others go on")
						readText(t, b, "others go on")
						if _, err := h.Join(); !errors.Is(err, limit.err) {
							t.Errorf("silence after %d bytes: %v", bytes, err)
						}
						must(t, peer.Close())
						conn.Close()
					}
				})
			})
		}
	}
}

// A client that leaves out its last flight is as silent as one that leaves out its first.
func TestTLSPeerStopsBeforeItsLastFlight(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			client := &tls.Config{InsecureSkipVerify: true, MaxVersion: version}
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				conn := tls.Server(b, server)
				rt.Spawn(func() { tls.Client(&firstWrite{Conn: a}, client).Handshake() })
				must(t, conn.SetDeadline(rt.Now().Add(10*time.Millisecond)))
				wantTimeout(t, "Handshake", conn.Handshake())
				must(t, conn.SetDeadline(time.Time{}))
				wantTimeout(t, "Handshake again", conn.Handshake())
				must(t, b.Close())
			})
		})
	}
}

// firstWrite lets only the first Write through: a client's hello.
type firstWrite struct {
	net.Conn
	written bool
}

func (f *firstWrite) Write(p []byte) (int, error) {
	if f.written {
		return len(p), nil
	}
	f.written = true
	return f.Conn.Write(p)
}

// What ends a task's wait in the handshake comes out of it as it comes out of a read.
func TestTLSHandshakeInterrupted(t *testing.T) {
	config := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	testInterruptedReads(t, "\x16\x03\x01\x00\x80\x01\x00", func(conn net.Conn) error {
		return tls.Server(conn, config).Handshake()
	})
}

// Cancelling the task of HandshakeContext(rt.Context()) ends it, although crypto/tls waits for a goroutine there.
func TestTLSHandshakeOfACanceledTask(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		h := eddy.Spawn(rt, func() (struct{}, error) {
			return struct{}{}, tls.Client(a, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(rt.Context())
		})
		untilWaiting(t, rt, 1)
		h.Cancel()
		if _, err := h.Join(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
