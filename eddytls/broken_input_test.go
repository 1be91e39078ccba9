package eddytls_test

import (
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// A stream that ends inside a record has lost something. Between records crypto/tls takes its end for the connection's,
// and so do we.
func TestTruncatedStream(t *testing.T) {
	for _, cut := range []int{1, 4, 5, 9} {
		onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
			a, b := streams(t, rt)
			conn := eddytls.Server(rt, b, serverConfig())
			h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, conn.Handshake() })
			p := newRawPeer(t, a)
			_, err := h.Join()
			must(t, err)
			p.send(p.text("whole"), p.text("cut off")[:cut])
			must(t, p.s.CloseWrite())
			readText(t, conn, "whole")
			for range 2 {
				if _, err := conn.Read(make([]byte, 1)); err != io.ErrUnexpectedEOF {
					t.Errorf("cut after %d bytes: %v", cut, err)
				}
			}
			must(t, conn.Close())
			must(t, p.s.Close())
		})
	}
}

// What speaks no TLS is told from what does, and the error has the stream for an answer in plain text.
func TestPlainTextToAServer(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := streams(t, rt)
		conn := eddytls.Server(rt, b, serverConfig())
		writeText(t, a, "GET / HTTP/1.1\r\n\r\n")
		_, err := conn.Read(make([]byte, 1))
		var header tls.RecordHeaderError
		if !errors.As(err, &header) || header.Conn != b || string(header.RecordHeader[:]) != "GET /" {
			t.Fatalf("got %v", err)
		}
		writeText(t, header.Conn, "HTTP/1.0 400 Bad Request\r\n\r\n")
		readText(t, a, "HTTP/1.0 400 Bad Request\r\n\r\n")
		if again := conn.Handshake(); again != err {
			t.Errorf("afterwards: %v", again)
		}
		must(t, conn.Close())
		must(t, a.Close())
	})
}

// The peer is told why a handshake has failed, and the error is that of crypto/tls.
func TestUnknownAuthority(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		clientConfig.RootCAs = nil
		client, server := connect(t, rt, clientConfig, serverConfig)
		h := eddy.Spawn(rt, func() (int, error) { return server.Read(make([]byte, 1)) })
		var unknown *tls.CertificateVerificationError
		if err := client.Handshake(); !errors.As(err, &unknown) {
			t.Errorf("the client: %v", err)
		}
		if _, err := h.Join(); err == nil || !strings.Contains(err.Error(), "bad certificate") {
			t.Errorf("the server: %v", err)
		}
		must(t, client.Close())
		must(t, server.Close())
	})
}

// A renegotiation would be a handshake inside a Read, for which nobody could wait as a task.
func TestRenegotiationIsRefused(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		config := clientConfig()
		config.Renegotiation = tls.RenegotiateOnceAsClient
		client, server := connect(t, rt, config, serverConfig())
		if _, err := client.Write([]byte("x")); err == nil || !strings.Contains(err.Error(), "Renegotiation") {
			t.Errorf("got %v", err)
		}
		must(t, client.Close())
		must(t, server.Close())
	})
}
