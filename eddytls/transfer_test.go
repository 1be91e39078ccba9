package eddytls_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// Much goes both ways at once and arrives as it was, whole Writes in the order of their tasks.
func TestBothDirectionsAtOnce(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		client, server := connect(t, rt, clientConfig, serverConfig)
		text := pattern(1 << 20)
		var tasks []*eddy.JoinHandle[struct{}]
		for _, conn := range []*eddytls.Conn{client, server} {
			const writers = 3
			left := writers
			for range writers {
				tasks = append(tasks, rt.Spawn(func() {
					if n, err := conn.Write(text); n != len(text) || err != nil {
						t.Errorf("wrote %d bytes: %v", n, err)
					}
					if left--; left == 0 {
						must(t, conn.CloseWrite())
					}
				}))
			}
			tasks = append(tasks, rt.Spawn(func() {
				received, err := io.ReadAll(conn)
				if err != nil || !bytes.Equal(received, bytes.Repeat(text, writers)) {
					t.Errorf("read %d bytes, not what was written: %v", len(received), err)
				}
			}))
		}
		for _, h := range tasks {
			h.Join()
		}
		must(t, client.Close())
		must(t, server.Close())
	})
}

// The peer may be crypto/tls: on a stream as here, as long as one task at a time uses it.
func TestPeerOfPlainCryptoTLS(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		a, b := streams(t, rt)
		conn := eddytls.Server(rt, b, serverConfig)
		echo := rt.Spawn(func() {
			io.Copy(conn, conn)
			conn.Close()
		})
		peer := tls.Client(a, clientConfig)
		for _, size := range []int{0, 1, 1000, 16 << 10, 16<<10 + 1, 50_000} {
			text := string(pattern(size))
			writeText(t, peer, text)
			readText(t, peer, text)
		}
		must(t, peer.CloseWrite())
		wantEOF(t, peer)
		echo.Join()
		must(t, peer.Close())
	})
}
