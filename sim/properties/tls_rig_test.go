package properties_test

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
	"github.com/eddy-go/eddy/sim"
)

const (
	tlsPort = 443
	// tlsIdle is after how much silence either side gives up: a peer that has gone may have told nobody.
	tlsIdle = 20 * time.Second
)

// tlsCertificate is that of all servers, for any time a world can have. It is always the same: its length is part of what
// happens in a world.
var tlsCertificate = sync.OnceValues(func() (tls.Certificate, *x509.CertPool) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		DNSNames:     []string{"server"},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
})

// tlsWorld are the configs of a world: each byte of its handshakes comes from its seed.
func tlsWorld(t *testing.T, w *sim.World) (client, server *tls.Config) {
	cert, pool := tlsCertificate()
	cryptotest.SetGlobalRandom(t, w.Seed())
	server = &tls.Config{Certificates: []tls.Certificate{cert}}
	client = &tls.Config{RootCAs: pool, ServerName: "server"}
	if w.Rand().IntN(4) == 0 {
		client.MaxVersion = tls.VersionTLS12
	}
	return client, server
}

// tlsTalk sends n bytes of the pattern in one task, and reads them back in another, both from the first moment on. It
// ends at once when its task is cancelled.
func tlsTalk(rt *eddy.Runtime, c *eddytls.Conn, n int) error {
	reader := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, tlsWant(c, n) })
	defer c.Close()
	if _, err := c.Write(pattern[:n]); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if _, err := reader.Join(); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if err := c.CloseWrite(); err != nil {
		return fmt.Errorf("close_notify: %w", err)
	}
	if m, err := c.Read(make([]byte, 1)); m != 0 || err != io.EOF {
		return fmt.Errorf("read %d bytes and %w in place of the end", m, err)
	}
	return nil
}

var errWrongBytes = errors.New("the bytes are not those that were sent")

// tlsWant reads the first n bytes of the pattern.
func tlsWant(r io.Reader, n int) error {
	buf := make([]byte, 4<<10)
	for at := 0; at < n; {
		m, err := r.Read(buf[:min(len(buf), n-at)])
		if string(buf[:m]) != string(pattern[at:at+m]) {
			return errWrongBytes
		}
		at += m
		if err != nil && at < n {
			return err
		}
	}
	return nil
}

// tlsServer sends back what it reads, and counts whom it serves.
func tlsServer(w *sim.World, config *tls.Config, serving *int) *sim.Host {
	return w.Host("server", func(rt *eddy.Runtime) error {
		tcp, err := rt.ListenTCP(fmt.Sprint(":", tlsPort))
		if err != nil {
			return err
		}
		l := eddytls.NewListener(rt, tcp, config)
		for {
			c, err := l.AcceptTLS()
			if err != nil {
				return err
			}
			*serving++
			rt.Spawn(func() {
				defer func() { *serving-- }()
				defer c.Close()
				_ = c.NetConn().SetIdleTimeout(tlsIdle)
				_, _ = io.Copy(c, c)
			})
		}
	})
}
