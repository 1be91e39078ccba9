package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pairFiles are a certificate and its key in files.
type pairFiles struct{ cert, key string }

// newPairFiles names two files in a directory of the test.
func newPairFiles(t *testing.T) pairFiles {
	t.Helper()
	dir := t.TempDir()
	return pairFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
}

// write makes a pair with a serial number and puts it into the files.
func (f pairFiles) write(t *testing.T, serial int64, notAfter time.Time) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"echo.test"}, NotAfter: notAfter}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, f.cert, "CERTIFICATE", der)
	writePEM(t, f.key, "PRIVATE KEY", keyDER)
}

func writePEM(t *testing.T, file, kind string, blocks ...[]byte) {
	t.Helper()
	var text bytes.Buffer
	for _, der := range blocks {
		pem.Encode(&text, &pem.Block{Type: kind, Bytes: der})
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tomorrow is when the certificates of most tests expire.
func tomorrow() time.Time { return time.Now().AddDate(0, 0, 1) }

// serveTLS starts a server that speaks TLS with a certificate whose serial number is 1.
func serveTLS(t *testing.T, change func(*server)) (*served, pairFiles) {
	t.Helper()
	files := newPairFiles(t)
	files.write(t, 1, tomorrow())
	h := serveHere(t, func(s *server) {
		pair, err := loadPair(files.cert, files.key)
		if err != nil {
			t.Fatal(err)
		}
		s.options.tlsCert, s.options.tlsKey = files.cert, files.key
		s.speakTLS(pair)
		if change != nil {
			change(s)
		}
	})
	return h, files
}

// dialTLS connects a client and makes the handshake.
func dialTLS(t *testing.T, address string) *tls.Conn {
	t.Helper()
	c := tls.Client(dial(t, address), &tls.Config{InsecureSkipVerify: true})
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	return c
}

// serial returns the serial number of the certificate that a new client sees.
func serial(t *testing.T, address string) int64 {
	t.Helper()
	c := dialTLS(t, address)
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// Both versions of TLS are spoken over every kind of listener, and nothing older. What comes before a client's
// close_notify comes back, and then the server's.
func TestTLSClientsAreEchoed(t *testing.T) {
	path := unixPrefix + filepath.Join(t.TempDir(), "echo")
	h, _ := serveTLS(t, func(s *server) { s.options.listen = []string{"127.0.0.1:0", path} })
	large := strings.Repeat("longer than a record; ", 10_000)
	clients := 0
	for _, address := range h.addr {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			c := tls.Client(dial(t, address), &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
			echo(t, c, "hello\n")
			go io.WriteString(c, large)
			receive(t, c, large)
			send(t, c, "the last words")
			closeWrite(t, c)
			receive(t, c, "the last words")
			wantEnd(t, c)
			c.Close()
			clients++
		}
	}
	old := tls.Client(dial(t, h.addr[0]), &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err := old.Handshake(); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("TLS 1.1 got %v", err)
	}
	old.Close()
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	n := h.totals
	if n.handshakes != uint64(clients) || n.handshakesFailed != 1 || n.left != uint64(clients) || n.failed != 1 || n.bytesIn != n.bytesOut {
		t.Errorf("totals %+v", n)
	}
}

// A client that speaks no TLS ends with its connection; so does one that breaks it off. Both are debug lines.
func TestBadHandshakes(t *testing.T) {
	h, _ := serveTLS(t, nil)
	plain := dial(t, h.addr[0])
	send(t, plain, "GET / HTTP/1.1\r\n\r\n")
	wantEnd(t, plain)
	plain.Close()
	leaving := dial(t, h.addr[0])
	send(t, leaving, "\x16\x03\x01\x02")
	closeWrite(t, leaving)
	wantEnd(t, leaving)
	other := dialTLS(t, h.addr[0])
	echo(t, other, "others are served")
	other.Close()
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if n := h.totals; n.handshakes != 1 || n.handshakesFailed != 2 || n.failed != 2 || n.left != 1 {
		t.Errorf("totals %+v", n)
	}
	if log := h.log.String(); strings.Count(log, `level=DEBUG msg="client failed"`) != 2 || !strings.Contains(log, "TLS handshake: ") || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log:\n%s", log)
	}
}

// F18: a client who stops in the middle of a handshake is dropped and gives his place back.
func TestHandshakeThatStops(t *testing.T) {
	h, _ := serveTLS(t, func(s *server) { s.options.idleTimeout, s.options.maxConns = 100*time.Millisecond, 1 })
	silent := dial(t, h.addr[0])
	send(t, silent, "\x16\x03\x01")
	wantEnd(t, silent)
	silent.Close()
	other := dialTLS(t, h.addr[0])
	echo(t, other, "the place is free again")
	other.Close()
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if n := h.totals; n.timeouts != 1 || n.handshakesFailed != 1 || n.handshakes != 1 {
		t.Errorf("totals %+v", n)
	}
	if log := h.log.String(); strings.Count(log, `msg="handshake timed out"`) != 1 || strings.Contains(log, "client timed out") {
		t.Errorf("the log:\n%s", log)
	}
}

// overheard is a connection that keeps what came in.
type overheard struct {
	net.Conn
	in []byte
}

func (o *overheard) Read(p []byte) (int, error) {
	n, err := o.Conn.Read(p)
	o.in = append(o.in, p[:n]...)
	return n, err
}

// dialOverheard is dialTLS for a connection that is then to end by wantCloseNotify. In TLS 1.2 the kind of a record is
// no secret.
func dialOverheard(t *testing.T, address string) (*overheard, *tls.Conn) {
	t.Helper()
	raw := &overheard{Conn: dial(t, address)}
	return raw, tls.Client(raw, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
}

// wantCloseNotify waits for the end of a connection. Its last record must be an alert: crypto/tls takes a stream that
// just ends for a proper end as well, and others do not.
func wantCloseNotify(t *testing.T, raw *overheard, c *tls.Conn) {
	t.Helper()
	wantEnd(t, c)
	kind := byte(0)
	for in := raw.in; len(in) > 5; {
		kind = in[0]
		in = in[5+int(in[3])<<8+int(in[4]):]
	}
	if kind != 21 {
		t.Errorf("the last record is of type %d, and that is no alert", kind)
	}
	c.Close()
}

// A silent client is dropped with a close_notify: he can tell that from a connection that was cut.
func TestSilentTLSClientIsDropped(t *testing.T) {
	h, _ := serveTLS(t, func(s *server) { s.options.idleTimeout = 100 * time.Millisecond })
	raw, c := dialOverheard(t, h.addr[0])
	wantCloseNotify(t, raw, c)
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if n := h.totals; n.timeouts != 1 || n.handshakes != 1 {
		t.Errorf("totals %+v", n)
	}
	if log := h.log.String(); !strings.Contains(log, `msg="client timed out"`) {
		t.Errorf("the log:\n%s", log)
	}
}

// The stop lets clients read a close_notify, idle ones and those who have sent something; a handshake that does not
// end delays it by no more than its own limit, and is no timeout that forces it.
func TestStopOverTLS(t *testing.T) {
	h, _ := serveTLS(t, func(s *server) { s.options.shutdownTimeout = handshakeLimit / 2 })
	raw, idle := dialOverheard(t, h.addr[0])
	busy := dialTLS(t, h.addr[0])
	echo(t, idle, "hello")
	echo(t, busy, "hello")
	unfinished := dial(t, h.addr[0])
	send(t, unfinished, "\x16\x03\x01")

	holds, release := make(chan struct{}), make(chan struct{})
	h.handle.Spawn(func() {
		close(holds)
		<-release // it blocks the loop, which is what a task must never do
		h.askToStop()
	})
	<-holds
	large := strings.Repeat("arrived before the stop; ", 1600) // several records; less than the first window of TCP
	send(t, busy, large)
	close(release)
	receive(t, busy, large)
	wantCloseNotify(t, raw, idle)
	for _, c := range []net.Conn{busy, unfinished} {
		wantEnd(t, c)
		c.Close()
	}
	if err := h.end(t); err != nil {
		t.Error(err)
	}
	if n := h.totals; n.bytesIn != n.bytesOut || n.left != 2 || n.handshakesFailed != 1 {
		t.Errorf("totals %+v", n)
	}
}

// Reload: new connections get the new certificate, those that are there go on. A pair that is no good changes nothing.
func TestReload(t *testing.T) {
	h, files := serveTLS(t, nil)
	old := dialTLS(t, h.addr[0])
	echo(t, old, "before")
	files.write(t, 2, time.Now().AddDate(0, 0, -1))
	h.ask(t, h.reload)
	if n := serial(t, h.addr[0]); n != 2 {
		t.Errorf("a new client sees certificate %d", n)
	}
	if err := os.WriteFile(files.key, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.ask(t, h.reload)
	if n := serial(t, h.addr[0]); n != 2 {
		t.Errorf("after a bad pair a new client sees certificate %d", n)
	}
	echo(t, old, "after")
	for _, want := range []string{
		`level=INFO msg="certificate reloaded" cert=` + files.cert + ` names=echo.test serial=2`,
		`level=WARN msg="the certificate has expired" cert=` + files.cert,
		`level=ERROR msg="certificate not reloaded: the old one stays in use" cert=` + files.cert + " key=" + files.key,
	} {
		if log := h.log.String(); !strings.Contains(log, want) {
			t.Errorf("not in the log: %s\n%s", want, log)
		}
	}
}

// Any number of requests at once end with what the files hold last.
func TestReloadsAtOnce(t *testing.T) {
	h, files := serveTLS(t, nil)
	for round := range int64(5) {
		ended := make(chan struct{}, 3)
		h.ask(t, func() {
			for range cap(ended) {
				h.rt.Spawn(func() { h.reload(); ended <- struct{}{} })
			}
			h.rt.Yield() // the first one reads
			files.write(t, 2+round, tomorrow())
			h.reload()
		})
		for range cap(ended) {
			<-ended
		}
		if n := serial(t, h.addr[0]); n != 2+round {
			t.Errorf("certificate %d is in use, not %d", n, 2+round)
		}
	}
}

// A pair that cannot be used is refused with the names of both files and the reason.
func TestPairsThatCannotBeUsed(t *testing.T) {
	good, other := newPairFiles(t), newPairFiles(t)
	good.write(t, 1, tomorrow())
	other.write(t, 2, tomorrow())
	dir := t.TempDir()
	empty, broken, chain, nowhere := filepath.Join(dir, "empty"), filepath.Join(dir, "broken"), filepath.Join(dir, "chain"), filepath.Join(dir, "nowhere")
	os.WriteFile(empty, nil, 0o600)
	writePEM(t, broken, "CERTIFICATE", []byte("no certificate"))
	text, err := os.ReadFile(good.cert)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	writePEM(t, chain, "CERTIFICATE", block.Bytes, []byte("no certificate"))
	for _, c := range []struct {
		cert, key string
		why       string
	}{
		{nowhere, good.key, "no such file"},
		{good.cert, nowhere, "no such file"},
		{empty, good.key, "PEM"},
		{good.cert, empty, "PEM"},
		{good.key, good.cert, "PEM"},
		{broken, good.key, "x509"},
		{chain, good.key, "x509"},
		{good.cert, other.key, "does not match"},
		{dir, good.key, "is a directory"},
	} {
		_, err := loadPair(c.cert, c.key)
		if err == nil || !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), c.cert) || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s and %s: %v", c.cert, c.key, err)
		}
	}
}

// What the log says of a certificate does not depend on a setting that has Go not parse it.
func TestPairThatGoDoesNotParse(t *testing.T) {
	t.Setenv("GODEBUG", "x509keypairleaf=0")
	files := newPairFiles(t)
	files.write(t, 7, tomorrow())
	if pair, err := loadPair(files.cert, files.key); err != nil || pair.Leaf == nil || pair.Leaf.SerialNumber.Int64() != 7 {
		t.Errorf("%+v, %v", pair, err)
	}
}

// Other kinds of keys are as good.
func TestKindsOfKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), NotAfter: tomorrow()}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	h, files := serveTLS(t, nil)
	writePEM(t, files.cert, "CERTIFICATE", der, der)
	writePEM(t, files.key, "EC PRIVATE KEY", keyDER)
	h.ask(t, h.reload)
	c := dialTLS(t, h.addr[0])
	echo(t, c, "hello")
	if chain := c.ConnectionState().PeerCertificates; len(chain) != 2 || chain[0].SerialNumber.Int64() != 7 {
		t.Errorf("a chain of %d", len(chain))
	}
}
