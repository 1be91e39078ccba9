package eddytls_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/eddytls"
)

// onLoop runs body as the main task of a runtime, which leaves nothing behind (F25).
func onLoop(t *testing.T, body func(t *testing.T, rt *eddy.Runtime)) {
	t.Helper()
	eddytest.Baseline(t)
	rt, err := eddy.New(eddy.Config{CheckThread: true})
	must(t, err)
	if err := rt.BlockOn(func(rt *eddy.Runtime) error { body(t, rt); return nil }); err != nil {
		t.Fatal("BlockOn:", err)
	}
}

// streams returns both ends of a connection whose buffers are small.
func streams(t *testing.T, rt *eddy.Runtime) (client, server *eddy.TCPStream) {
	t.Helper()
	l := got(rt.ListenTCP("127.0.0.1:0"))(t)
	defer l.Close()
	client = got(rt.DialTCP(l.Addr().String()))(t)
	server = got(l.AcceptTCP())(t)
	for _, s := range []*eddy.TCPStream{client, server} {
		must(t, s.SetReadBuffer(64<<10))
		must(t, s.SetWriteBuffer(64<<10))
	}
	return client, server
}

// connect returns a client's and a server's Conn, whose handshake has not begun.
func connect(t *testing.T, rt *eddy.Runtime, clientConfig, serverConfig *tls.Config) (client, server *eddytls.Conn) {
	t.Helper()
	a, b := streams(t, rt)
	return eddytls.Client(rt, a, clientConfig), eddytls.Server(rt, b, serverConfig)
}

// pair is connect with the usual configs, and the handshake done.
func pair(t *testing.T, rt *eddy.Runtime) (client, server *eddytls.Conn) {
	t.Helper()
	client, server = connect(t, rt, clientConfig(), serverConfig())
	shake(t, rt, client, server)
	return client, server
}

// shake does both sides' handshakes.
func shake(t *testing.T, rt *eddy.Runtime, client, server *eddytls.Conn) {
	t.Helper()
	h := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, server.Handshake() })
	must(t, client.Handshake())
	_, err := h.Join()
	must(t, err)
}

// identity is a certificate, for localhost, 127.0.0.1 and clients, and who trusts it.
type identity struct {
	cert tls.Certificate
	pool *x509.CertPool
}

// authority is that of all tests: making keys takes time.
var authority = sync.OnceValue(func() identity {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "eddytls test"},
		NotAfter:     time.Now().Add(time.Hour),
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return identity{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool}
})

func serverConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{authority().cert}}
}

func clientConfig() *tls.Config {
	return &tls.Config{RootCAs: authority().pool, ServerName: "localhost"}
}

// versions are those with which each property is tested where they differ.
var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// forEachVersion runs body with configs for one version each.
func forEachVersion(t *testing.T, body func(t *testing.T, rt *eddy.Runtime, client, server *tls.Config)) {
	for name, version := range versions {
		t.Run(name, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				client, server := clientConfig(), serverConfig()
				client.MinVersion, client.MaxVersion = version, version
				body(t, rt, client, server)
			})
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got returns the value of a call that must not fail.
func got[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func writeText(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); n != len(text) || err != nil {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(text), err)
	}
}

func readText(t *testing.T, r io.Reader, want string) {
	t.Helper()
	buf := make([]byte, len(want))
	if _, err := io.ReadFull(r, buf); err != nil || string(buf) != want {
		t.Fatalf("read %q, %v; want %q", buf, err, want)
	}
}

func wantEOF(t *testing.T, r io.Reader) {
	t.Helper()
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Fatalf("read %d bytes, %v; want EOF", n, err)
	}
}

// pattern is a text that tells where in it something is missing.
func pattern(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		b.WriteString(big.NewInt(int64(i)).String())
		b.WriteByte(' ')
	}
	return b.Bytes()[:n]
}

// untilWaiting lets the loop turn until n tasks wait: all that the test has started.
func untilWaiting(t *testing.T, rt *eddy.Runtime, n int) {
	t.Helper()
	until(t, rt, "tasks wait", func() bool {
		waiting := 0
		for _, task := range rt.Tasks() {
			if task.State == "waiting" {
				waiting++
			}
		}
		return waiting == n
	})
}

// until lets the loop turn until ok reports true.
func until(t *testing.T, rt *eddy.Runtime, what string, ok func() bool) {
	t.Helper()
	for turns := 0; !ok(); turns++ {
		if turns == 1_000_000 {
			t.Fatalf("a million turns, and still not: %s; %v", what, rt.Tasks())
		}
		must(t, rt.Yield())
	}
}
