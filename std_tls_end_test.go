//go:build unix

package eddy_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/tlspeer"
)

// A peer may begin a new set of keys at any time, and ask for the same: the read that meets the wish answers it. What was
// sealed before and after comes whole.
func TestTLSKeyUpdates(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	client := &tls.Config{InsecureSkipVerify: true}
	sides := map[string]func(a, b net.Conn) (own *tls.Conn, peer func() (*tlspeer.Peer, error)){
		"server": func(a, b net.Conn) (*tls.Conn, func() (*tlspeer.Peer, error)) {
			return tls.Server(b, server), func() (*tlspeer.Peer, error) { return tlspeer.Client(a, client) }
		},
		"client": func(a, b net.Conn) (*tls.Conn, func() (*tlspeer.Peer, error)) {
			return tls.Client(b, client), func() (*tlspeer.Peer, error) { return tlspeer.Server(a, server) }
		},
	}
	text := make([]byte, 100_000)
	rand.Read(text)
	for side, ends := range sides {
		t.Run(side, func(t *testing.T) {
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				own, connect := ends(a, b)
				echo := eddy.Spawn(rt, func() (int64, error) {
					n, err := io.Copy(own, own)
					return n, errors.Join(err, own.CloseWrite())
				})
				peer, err := connect()
				if errors.Is(err, errors.ErrUnsupported) {
					b.Close()
					t.Skip(err)
				}
				must(t, err)
				const rounds = 5
				for i := range rounds {
					writer := eddy.Spawn(rt, func() (struct{}, error) {
						_, err := peer.Write(text)
						return struct{}{}, errors.Join(err, peer.UpdateKeys(false), peer.UpdateKeys(true))
					})
					readText(t, peer, string(text))
					_, err := writer.Join()
					must(t, err)
					if peer.Updates() != i {
						t.Errorf("round %d: %d answers", i, peer.Updates())
					}
				}
				must(t, peer.CloseNotify())
				wantEOF(t, peer)
				if peer.Updates() != rounds {
					t.Errorf("%d answers at the end", peer.Updates())
				}
				if n, err := echo.Join(); n != rounds*int64(len(text)) || err != nil {
					t.Errorf("%d, %v", n, err)
				}
			})
		})
	}
}

// A close-notify ends its direction and no other.
func TestTLSCloseNotify(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			client := &tls.Config{InsecureSkipVerify: true, MaxVersion: version}
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				c, s, clientErr, serverErr := tlsPair(rt, a, b, client, server)
				must(t, errors.Join(clientErr, serverErr))
				writeText(t, c, "last words")
				must(t, c.CloseWrite())
				readText(t, s, "last words")
				wantEOF(t, s)
				if _, err := c.Write([]byte("x")); err == nil {
					t.Error("a write after CloseWrite")
				}
				writeText(t, s, "answer")
				readText(t, c, "answer")
				must(t, s.Close())
				wantEOF(t, c)
				if _, err := s.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) && err != io.EOF {
					t.Errorf("a read after Close: %v", err)
				}
				if err := s.Close(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a second Close: %v", err)
				}
				must(t, c.Close())
			})
		})
	}
}

// What ends a wait in the middle of a record comes out of Read in package net's shape, and so does an end without a
// close-notify.
func TestTLSReadInterrupted(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	client := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12} // no tickets after the handshake
	wanted := map[string]error{"closed": net.ErrClosed, "reset": syscall.ECONNRESET, "ended": io.ErrUnexpectedEOF}
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, _, _ *eddy.TCPStream) {
		for name, interrupt := range interruptions {
			a, b := tcpPair(t, rt)
			wire := &silenced{a, 1 << 20}
			c, s, clientErr, serverErr := tlsPair(rt, wire, b, client, server)
			must(t, errors.Join(clientErr, serverErr))
			wire.left = 20
			writeText(t, c, "half of this record is lost")
			h := eddy.Spawn(rt, func() (int, error) { return s.Read(make([]byte, 100)) })
			untilWaiting(t, rt, 1)
			must(t, interrupt(b, a))
			n, err := h.Join()
			if want := wanted[name]; n != 0 || want != nil && !errors.Is(err, want) || want == nil && !isTimeout(err) {
				t.Errorf("%s: %d, %v", name, n, err)
			}
			a.Close()
			b.Close()
		}

		a, b := tcpPair(t, rt)
		c, s, clientErr, serverErr := tlsPair(rt, a, b, client, server)
		must(t, errors.Join(clientErr, serverErr))
		h := eddy.Spawn(rt, func() (int, error) { return s.Read(make([]byte, 100)) })
		untilWaiting(t, rt, 1)
		h.Cancel()
		if _, err := h.Join(); !errors.Is(err, eddy.ErrCanceled) || !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		must(t, c.Close())
		b.Close()
	})
}

// A Write that times out is the last one: what the peer has of its record nobody knows. Reading goes on.
func TestTLSWriteDeadline(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	client := &tls.Config{InsecureSkipVerify: true}
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		c, s, clientErr, serverErr := tlsPair(rt, a, b, client, server)
		must(t, errors.Join(clientErr, serverErr))
		must(t, c.SetWriteDeadline(rt.Now().Add(5*time.Millisecond)))
		if _, err := io.WriteString(c, large); !isDeadline(err) {
			t.Errorf("got %v", err)
		}
		must(t, c.SetWriteDeadline(time.Time{}))
		if _, err := c.Write([]byte("x")); !isDeadline(err) {
			t.Errorf("a later write: %v", err)
		}
		writeText(t, s, "reading goes on")
		readText(t, c, "reading goes on")
	})
}
