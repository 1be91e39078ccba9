//go:build unix

package eddy_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/eddy-go/eddy"
)

var tlsVersions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// tlsPair makes both ends' handshakes, each in a task, and returns the ends with both errors.
func tlsPair(rt *eddy.Runtime, a, b net.Conn, client, server *tls.Config) (c, s *tls.Conn, clientErr, serverErr error) {
	c, s = tls.Client(a, client), tls.Server(b, server)
	h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, s.Handshake() })
	clientErr = c.Handshake()
	if clientErr != nil {
		c.Close() // a server whose client gives up learns of it by the end
	}
	_, serverErr = h.Join()
	return c, s, clientErr, serverErr
}

// The ends agree on a protocol, or say that there is none.
func TestTLSProtocols(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}, NextProtos: []string{"second", "first"}}
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			client := &tls.Config{InsecureSkipVerify: true, MaxVersion: version, NextProtos: []string{"first", "other"}}
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				c, s, clientErr, serverErr := tlsPair(rt, a, b, client, server)
				must(t, errors.Join(clientErr, serverErr))
				for _, conn := range []*tls.Conn{c, s} {
					if state := conn.ConnectionState(); state.NegotiatedProtocol != "first" || state.Version != version {
						t.Errorf("%q, version %x", state.NegotiatedProtocol, state.Version)
					}
				}
				writeText(t, s, "the server may begin")
				readText(t, c, "the server may begin")

				a, b = tcpPair(t, rt)
				other := client.Clone()
				other.NextProtos = []string{"other"}
				_, _, clientErr, serverErr = tlsPair(rt, a, b, other, server)
				if clientErr == nil || serverErr == nil {
					t.Errorf("no common protocol: %v, %v", clientErr, serverErr)
				}
				a.Close()
				b.Close()
			})
		})
	}
}

// A server that asks for certificates knows its client, and refuses one without and one that it does not trust.
func TestTLSClientCertificates(t *testing.T) {
	own, trusted, stranger := selfSigned(t), selfSigned(t), selfSigned(t)
	pool := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(trusted.Certificate[0])
	must(t, err)
	pool.AddCert(leaf)
	server := &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			client := func(certificates ...tls.Certificate) *tls.Config {
				return &tls.Config{InsecureSkipVerify: true, MaxVersion: version, Certificates: certificates}
			}
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				c, s, clientErr, serverErr := tlsPair(rt, a, b, client(trusted), server)
				must(t, errors.Join(clientErr, serverErr))
				if peers := s.ConnectionState().PeerCertificates; len(peers) != 1 || !peers[0].Equal(leaf) {
					t.Errorf("the server sees %d certificates", len(peers))
				}
				writeText(t, c, "known")
				readText(t, s, "known")

				for what, config := range map[string]*tls.Config{"none": client(), "a stranger's": client(stranger)} {
					a, b := tcpPair(t, rt)
					c, _, clientErr, serverErr := tlsPair(rt, a, b, config, server)
					if clientErr == nil { // in version 1.3 the client is done before the server has looked
						_, clientErr = c.Read(make([]byte, 1))
					}
					var alert *net.OpError
					if !errors.As(clientErr, &alert) || alert.Op != "remote error" {
						t.Errorf("%s: the client gets %v", what, clientErr)
					}
					if serverErr == nil {
						t.Errorf("%s: the server takes it", what)
					}
					a.Close()
					b.Close()
				}
			})
		})
	}
}

// A second connection resumes the session of the first one, and a third one that of the second.
func TestTLSResumption(t *testing.T) {
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}, NextProtos: []string{"p"}}
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				client := &tls.Config{
					InsecureSkipVerify: true, MaxVersion: version, ServerName: "test", NextProtos: []string{"p"},
					ClientSessionCache: tls.NewLRUClientSessionCache(1),
				}
				for i := range 3 {
					if i > 0 {
						a, b = tcpPair(t, rt)
					}
					c, s, clientErr, serverErr := tlsPair(rt, a, b, client, server)
					must(t, errors.Join(clientErr, serverErr))
					if c.ConnectionState().DidResume != (i > 0) || s.ConnectionState().DidResume != (i > 0) {
						t.Errorf("connection %d: resumed %v", i, c.ConnectionState().DidResume)
					}
					writeText(t, s, "with the ticket, in version 1.3")
					readText(t, c, "with the ticket, in version 1.3")
					writeText(t, c, "back")
					readText(t, s, "back")
					must(t, c.Close())
					wantEOF(t, s)
					must(t, s.Close())
				}
			})
		})
	}
}

// Both ends understand a peer whose records come byte by byte, from the first of the handshake on.
func TestTLSDribbled(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			client := &tls.Config{InsecureSkipVerify: true, MaxVersion: version}
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				c, s, clientErr, serverErr := tlsPair(rt, dribbled{t, rt, a}, dribbled{t, rt, b}, client, server)
				must(t, errors.Join(clientErr, serverErr))
				echo := eddy.Spawn(rt, func() (int64, error) { return io.Copy(s, s) })
				for range 2 {
					writeText(t, c, "slow, but whole")
					readText(t, c, "slow, but whole")
				}
				must(t, c.CloseWrite())
				if n, err := echo.Join(); n != 30 || err != nil {
					t.Errorf("%d, %v", n, err)
				}
			})
		})
	}
}

// dribbled writes byte by byte.
type dribbled struct {
	t  *testing.T
	rt *eddy.Runtime
	net.Conn
}

func (d dribbled) Write(p []byte) (int, error) {
	dribble(d.t, d.rt, d.Conn, string(p))
	return len(p), nil
}
