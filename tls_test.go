//go:build unix

package eddy_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// selfSigned returns a certificate that nobody should trust.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key := got(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der := got(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// crypto/tls runs unchanged on streams.
func TestTLS(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	client := &tls.Config{InsecureSkipVerify: true}
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		echo := rt.Spawn(func() {
			conn := tls.Server(b, server)
			io.Copy(conn, conn)
			conn.Close()
		})
		conn := tls.Client(a, client)
		for range 3 {
			writeText(t, conn, "secret")
			readText(t, conn, "secret")
		}
		must(t, conn.SetReadDeadline(rt.Now().Add(time.Millisecond)))
		if _, err := conn.Read(make([]byte, 1)); !isTimeout(err) {
			t.Errorf("got %v", err)
		}
		must(t, conn.SetReadDeadline(time.Time{})) // a timeout is temporary: the connection lives on
		writeText(t, conn, "more")
		readText(t, conn, "more")
		must(t, conn.CloseWrite())
		wantEOF(t, conn)
		must(t, conn.Close())
		echo.Join()
	})
}

// F35: crypto/tls closes the connection from a goroutine of its own when the handshake's context ends.
func TestTLSHandshakeCancelledFromAGoroutine(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		ctx, cancel := context.WithCancel(context.Background())
		h := eddy.Spawn(rt, func() (struct{}, error) {
			return struct{}{}, tls.Client(a, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(ctx)
		})
		untilWaiting(t, rt, 1) // the peer does not answer
		go cancel()
		if _, err := h.Join(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
