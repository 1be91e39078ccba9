package sim_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"slices"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// certificate is one that is valid at the world's time.
func certificate(t *testing.T, w *sim.World, host *sim.Host) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    w.Now().Add(-time.Hour),
		NotAfter:     w.Now().Add(time.Hour),
		IPAddresses:  []net.IP{host.Addr().AsSlice()},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	root, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// crypto/tls between simulated hosts: the handshake, its certificate's dates and each byte on the wire come from the
// seed.
func TestTLS(t *testing.T) {
	eddytest.Baseline(t)
	secure := func() (sums []uint64) {
		sim.Run(t, 1, func(w *sim.World) {
			cryptotest.SetGlobalRandom(t, w.Seed())
			var cert tls.Certificate
			server := w.Host("server", func(rt *eddy.Runtime) error {
				l, err := rt.ListenTCP("0.0.0.0:443")
				if err != nil {
					return err
				}
				s, err := l.AcceptTCP()
				if err != nil {
					return err
				}
				conn := tls.Server(s, &tls.Config{Certificates: []tls.Certificate{cert}})
				defer conn.Close()
				buf := make([]byte, 100)
				for {
					n, err := conn.Read(buf)
					if err != nil {
						return nil
					}
					if _, err := conn.Write(buf[:n]); err != nil {
						return err
					}
				}
			})
			var pool *x509.CertPool
			cert, pool = certificate(t, w, server)
			w.Run(time.Second)
			client := w.Host("client", func(rt *eddy.Runtime) error {
				s, err := rt.DialTCP(server.Address(443))
				if err != nil {
					return err
				}
				conn := tls.Client(s, &tls.Config{RootCAs: pool, ServerName: server.Addr().String()})
				defer conn.Close()
				// A context that can be cancelled makes the handshake start a goroutine.
				if err := conn.HandshakeContext(rt.Context()); err != nil {
					return err
				}
				for range 3 {
					if err := say(conn, "secret"); err != nil {
						return err
					}
				}
				return nil
			})
			untilDone(t, w, client)
			must(t, client.Err())
			untilDone(t, w, server)
			sums = append(sums, w.Sum())
		})
		return sums
	}
	if a, b := secure(), secure(); !slices.Equal(a, b) {
		t.Errorf("sums %016x, again %016x", a, b)
	}
}
