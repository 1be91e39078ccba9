//go:build linux

package system_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// OpenSSL's client and OpenSSL's certificates.

// pair is a certificate and its key, in the files from which a server takes them.
type pair struct{ cert, key string }

func newPair(t *testing.T) pair {
	t.Helper()
	dir := t.TempDir()
	return pair{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
}

// make has OpenSSL make a pair with a serial number. algorithm is what -newkey takes.
func (p pair) make(t *testing.T, serial int, algorithm ...string) {
	t.Helper()
	if len(algorithm) == 0 {
		algorithm = []string{"ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"}
	}
	args := append([]string{"req", "-x509", "-nodes", "-newkey"}, algorithm...)
	args = append(args, "-keyout", p.key, "-out", p.cert, "-days", "2", "-set_serial", fmt.Sprint(serial),
		"-subj", "/CN=echo.test", "-addext", "subjectAltName=DNS:echo.test")
	if out, err := exec.Command(need(t, "openssl"), args...).CombinedOutput(); err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
}

// flags are those of a server that uses the pair.
func (p pair) flags(more ...string) []string {
	return append([]string{"--tls-cert", p.cert, "--tls-key", p.key}, more...)
}

// startTLS starts a server with a pair whose serial number is 1.
func startTLS(t *testing.T, flags ...string) (*server, pair) {
	t.Helper()
	p := newPair(t)
	p.make(t, 1)
	return start(t, setup{flags: p.flags(flags...)}), p
}

// connectOpenSSL starts a client that checks the server's certificate and prints what it gets, and nothing else.
func connectOpenSSL(t *testing.T, s *server, p pair, flags ...string) *tool {
	t.Helper()
	args := []string{
		"s_client", "-connect", s.address(), "-quiet", "-no_ign_eof", "-verify_quiet",
		"-CAfile", p.cert, "-verify_return_error", "-servername", "echo.test", "-verify_hostname", "echo.test",
	}
	return startTool(t, limit, "openssl", append(args, flags...)...)
}

// serialOf returns the serial number of the certificate that a new client sees.
func serialOf(t *testing.T, s *server) *big.Int {
	t.Helper()
	client := startTool(t, limit, "openssl", "s_client", "-connect", s.address())
	block, _ := pem.Decode([]byte(client.finish()))
	if block == nil {
		t.Fatal("openssl shows no certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert.SerialNumber
}

func TestOpenSSLIsEchoed(t *testing.T) {
	for _, key := range [][]string{{"rsa:2048"}, {"ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"}, {"ed25519"}} {
		t.Run(key[0], func(t *testing.T) {
			p := newPair(t)
			p.make(t, 1, key...)
			s := start(t, setup{flags: p.flags()})
			for _, version := range []string{"-tls1_2", "-tls1_3"} {
				client := connectOpenSSL(t, s, p, version)
				for _, line := range []string{"hello\n", "\n", strings.Repeat("long ", 10_000) + "\n"} {
					client.say(line)
					client.hear(line)
				}
				if rest := client.finish(); rest != "" {
					t.Errorf("%s: openssl printed %q at the end", version, rest)
				}
			}
			if c := s.counters(); c["handshakes"] != 2 || c["handshakes_failed"] != 0 || c["bytes_in"] != c["bytes_out"] {
				t.Errorf("the counters are %v", c)
			}
		})
	}
}

// What comes before the client's end comes back. With -quiet alone OpenSSL's client ends nothing and waits for the
// server's end, which is the idle timeout's; it must be a proper one, or the client complains.
func TestOpenSSLInBulk(t *testing.T) {
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		t.Run(version, func(t *testing.T) {
			s, _ := startTLS(t, "--idle-timeout", "2s")
			startTool(t, limit, "openssl", "s_client", "-connect", s.address(), "-quiet", "-verify_quiet", version).carry(8 << 20)
			s.awaitLog(1, `msg="client timed out"`)
		})
	}
}

// F26: OpenSSL changes its key in the middle (k), and asks the server to do so, too (K).
func TestOpenSSLUpdatesItsKey(t *testing.T) {
	need(t, "openssl")
	s, _ := startTLS(t)
	client := startTool(t, limit, "sh", "-c", `exec openssl s_client -connect "$0" -tls1_3 2>&1`, s.address())
	for i := range 10 {
		line := fmt.Sprintf("line %d\n", i)
		client.say(line)
		client.hearAmongOthers(line)
		client.say(map[bool]string{true: "K\n", false: "k\n"}[i%2 == 0])
		client.hearAmongOthers("KEYUPDATE\n") // OpenSSL takes a line that follows at once for a part of the command
	}
	client.finish()
	s.until("the client has left in order", func() bool { return s.counters()["left"] == 1 })
}

// hearAmongOthers reads lines of the tool's output up to one.
func (p *tool) hearAmongOthers(line string) {
	p.t.Helper()
	for got := ""; got != line; {
		var err error
		if got, err = p.stdout.ReadString('\n'); err != nil {
			p.t.Fatalf("%s has ended without %q: %v", p.name, line, err)
		}
	}
}

// Clients that are no good are dropped, and counted, and others are served.
func TestBadHandshakes(t *testing.T) {
	s, p := startTLS(t)
	plain := dial(t, s)
	if _, err := io.WriteString(plain, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if err := readEnd(plain); err != nil {
		t.Error(err)
	}
	old := startTool(t, limit, "openssl", "s_client", "-connect", s.address(), "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
	old.waited = true
	if err := old.cmd.Wait(); err == nil || !strings.Contains(old.stderr.String(), "protocol version") {
		t.Errorf("TLS 1.1 is spoken (%v): %s", err, old.stderr.String())
	}
	distrustful := startTool(t, limit, "openssl", "s_client", "-connect", s.address(), "-verify_return_error")
	distrustful.waited = true
	if err := distrustful.cmd.Wait(); err == nil {
		t.Error("a certificate that nobody has signed is trusted")
	}
	client := connectOpenSSL(t, s, p)
	client.say("hello\n")
	client.hear("hello\n")
	client.finish()
	s.until("the others are counted", func() bool { return s.counters()["handshakes_failed"] == 3 })
	if c := s.counters(); c["handshakes"] != 1 || c["panics"] != 0 {
		t.Errorf("the counters are %v", c)
	}
}

// F18: those who stop in the middle of a handshake are dropped, and others get their places.
func TestHandshakesThatStop(t *testing.T) {
	s, p := startTLS(t, "--idle-timeout", "1s", "--max-conns", fmt.Sprint(crowd))
	before := s.descriptors()
	conns := make([]*net.TCPConn, crowd)
	for i := range conns {
		conns[i] = dial(t, s)
		if _, err := conns[i].Write([]byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")[:1+i%10]); err != nil {
			t.Fatal(err)
		}
	}
	client := connectOpenSSL(t, s, p) // it finds no place at first
	client.say("hello\n")
	client.hear("hello\n")
	client.finish()
	for _, conn := range conns {
		if err := readEnd(conn); err != nil {
			t.Error(err)
		}
		conn.Close()
	}
	s.awaitLog(crowd, `msg="handshake timed out"`, "limit=1s")
	s.awaitDescriptors(before)
	if c := s.counters(); c["timeouts"] != crowd || c["handshakes_failed"] != crowd || c["clients"] != 0 {
		t.Errorf("the counters are %v", c)
	}
}

// SIGHUP: new clients see the new certificate, one who is there goes on; a pair that is no good changes nothing.
func TestReload(t *testing.T) {
	s, p := startTLS(t, "--idle-timeout", "0")
	client := connectOpenSSL(t, s, p)
	client.say("before\n")
	client.hear("before\n")
	p.make(t, 2)
	s.signal(syscall.SIGHUP)
	s.awaitLog(1, `msg="certificate reloaded"`, "serial=2")
	if n := serialOf(t, s); n.Int64() != 2 {
		t.Errorf("after the reload a new client sees certificate %d", n)
	}
	other := newPair(t)
	other.make(t, 3)
	if err := os.Rename(other.key, p.key); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	s.awaitLog(1, "level=ERROR", "certificate not reloaded", p.cert, p.key, "private key does not match")
	if n := serialOf(t, s); n.Int64() != 2 {
		t.Errorf("after a bad pair a new client sees certificate %d", n)
	}
	client.say("after\n")
	client.hear("after\n")
	client.finish()
}

// A hundred signals under load do no harm.
func TestManyReloads(t *testing.T) {
	s, p := startTLS(t)
	roots := x509.NewCertPool()
	text, err := os.ReadFile(p.cert)
	if err != nil {
		t.Fatal(err)
	}
	roots.AppendCertsFromPEM(text)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 100 {
			_ = s.process.Signal(syscall.SIGHUP)
			time.Sleep(time.Millisecond) // else most of them become one
		}
	}()
	atOnce(t, 8, func(i int) error {
		for range 20 {
			conn, err := connect(s.address())
			if err != nil {
				return err
			}
			secure := tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: "echo.test"})
			if err := roundTrip(secure, message(uint64(i), 30_000)); err != nil {
				return err
			}
			secure.Close()
		}
		return nil
	})
	<-done
	s.awaitLog(1, `msg="certificate reloaded"`)
	if c := s.counters(); c["handshakes"] != 160 || c["handshakes_failed"] != 0 {
		t.Errorf("the counters are %v", c)
	}
}

// The stop is a proper end of the connection (close_notify): without it OpenSSL's client fails.
func TestStopOverTLS(t *testing.T) {
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		t.Run(version, func(t *testing.T) {
			s, p := startTLS(t, "--idle-timeout", "0", "--shutdown-timeout", "1h")
			client := connectOpenSSL(t, s, p, version)
			client.say("hello\n")
			client.hear("hello\n")
			s.stop()
			if rest, err := io.ReadAll(client.stdout); len(rest) > 0 || err != nil {
				t.Errorf("openssl printed %q, %v", rest, err)
			}
			client.exitsWell()
		})
	}
}

func TestPairsThatCannotBeUsed(t *testing.T) {
	good, other := newPair(t), newPair(t)
	good.make(t, 1)
	other.make(t, 2)
	for _, c := range []struct {
		pair
		reason string
	}{
		{pair{"/nonexistent/cert.pem", good.key}, "no such file or directory"},
		{pair{good.cert, "/nonexistent/key.pem"}, "no such file or directory"},
		{pair{good.key, good.cert}, "PEM"},
		{pair{good.cert, other.key}, "private key does not match public key"},
		{pair{"/dev/null", "/dev/null"}, "PEM"},
	} {
		refuses(t, setup{flags: c.flags()}, 1, "cannot use the certificate "+c.cert+" with the key "+c.key+": ", c.reason)
	}
	refuses(t, setup{flags: []string{"--tls-cert", good.cert}}, 2, "--tls-key", "--help")
}
