package eddytls_test

import (
	"crypto/tls"
	"errors"
	"os"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

func TestALPN(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		clientConfig.NextProtos = []string{"h2", "http/1.1"}
		serverConfig.NextProtos = []string{"http/1.1"}
		client, server := connect(t, rt, clientConfig, serverConfig)
		shake(t, rt, client, server)
		for _, c := range []*eddytls.Conn{client, server} {
			if s := c.ConnectionState(); s.NegotiatedProtocol != "http/1.1" || s.Version != clientConfig.MaxVersion || s.ServerName != "localhost" {
				t.Errorf("agreed on %q, %x, %q", s.NegotiatedProtocol, s.Version, s.ServerName)
			}
		}
		must(t, client.Close())
		must(t, server.Close())
	})
}

func TestClientCertificate(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		serverConfig.ClientAuth = tls.RequireAndVerifyClientCert
		serverConfig.ClientCAs = authority().pool
		clientConfig.Certificates = serverConfig.Certificates
		client, server := connect(t, rt, clientConfig, serverConfig)
		shake(t, rt, client, server)
		for _, c := range []*eddytls.Conn{client, server} {
			if s := c.ConnectionState(); len(s.VerifiedChains) != 1 || s.PeerCertificates[0].Subject.CommonName != "eddytls test" {
				t.Errorf("%d chains", len(s.VerifiedChains))
			}
		}
		must(t, client.Close())
		must(t, server.Close())
	})
}

// Tickets come with the handshake in 1.2, and with the first Read in 1.3.
func TestSessionResumption(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		clientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		for i := range 3 {
			client, server := connect(t, rt, clientConfig, serverConfig)
			shake(t, rt, client, server)
			writeText(t, server, "hello")
			readText(t, client, "hello")
			for _, c := range []*eddytls.Conn{client, server} {
				if resumed := c.ConnectionState().DidResume; resumed != (i > 0) {
					t.Errorf("connection %d: resumed %v", i, resumed)
				}
			}
			must(t, client.Close())
			must(t, server.Close())
		}
	})
}

// F26: what a handshake has agreed on can be asked for while it runs, in its own functions too. A tls.Conn would wait for
// its end.
func TestStateWhileTheHandshakeRuns(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		serverConfig := serverConfig()
		serverConfig.Certificates[0].OCSPStaple = []byte("stapled")
		client, server := connect(t, rt, clientConfig(), serverConfig)
		if client.ConnectionState().HandshakeComplete || client.VerifyHostname("localhost") == nil {
			t.Error("before the handshake")
		}
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, client.Handshake() })
		untilWaiting(t, rt, 1)
		if client.ConnectionState().HandshakeComplete || client.VerifyHostname("localhost") == nil || client.OCSPResponse() != nil {
			t.Error("in the handshake")
		}
		must(t, server.Handshake())
		_, err := h.Join()
		must(t, err)
		must(t, client.VerifyHostname("127.0.0.1"))
		if client.VerifyHostname("example.org") == nil || server.VerifyHostname("localhost") == nil {
			t.Error("a name that is not in the certificate")
		}
		if !client.ConnectionState().HandshakeComplete || string(client.OCSPResponse()) != "stapled" {
			t.Error("after the handshake")
		}
		if client.NetConn().LocalAddr().String() != client.LocalAddr().String() || client.LocalAddr().String() != server.RemoteAddr().String() {
			t.Error("addresses")
		}
		must(t, client.Close())
		must(t, server.Close())
	})
}

// Functions of a config may wait, as the task that does the handshake; the connection that they are shown is the stream's.
func TestConfigFunctionsMayWait(t *testing.T) {
	forEachVersion(t, func(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) {
		asked := 0
		wait := func() error {
			asked++
			_, err := eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { return struct{}{}, nil }))
			return err
		}
		server := &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if hello.Conn.RemoteAddr() == nil || hello.Conn.LocalAddr() == nil {
				t.Error("no address")
			}
			must(t, hello.Conn.SetReadDeadline(rt.Now().Add(1<<40)))
			must(t, hello.Conn.SetWriteDeadline(rt.Now().Add(1<<40)))
			return &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				return &serverConfig.Certificates[0], wait()
			}}, wait()
		}}
		clientConfig.VerifyConnection = func(tls.ConnectionState) error { return wait() }
		a, b := connect(t, rt, clientConfig, server)
		shake(t, rt, a, b)
		if asked != 3 {
			t.Errorf("asked %d functions", asked)
		}
		must(t, a.Close())
		must(t, b.Close())
	})
}

// A function of the config that sets a deadline on the connection that it is shown sets it for the handshake.
func TestConfigFunctionSetsAWriteDeadline(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		config := serverConfig()
		config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			return nil, hello.Conn.SetWriteDeadline(rt.Now())
		}
		client, server := connect(t, rt, clientConfig(), config)
		h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, client.Handshake() })
		if err := server.Handshake(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		must(t, server.Close())
		if _, err := h.Join(); err == nil {
			t.Error("the client has got an answer")
		}
		must(t, client.Close())
	})
}
