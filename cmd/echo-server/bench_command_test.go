//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// benchResult is what `bench -o json` printed.
func benchResult(t *testing.T, text string) map[string]any {
	t.Helper()
	var result map[string]any
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return result
}

// wantServerTotals compares what the generator and the server have counted, to the byte.
func wantServerTotals(t *testing.T, result, server map[string]any) {
	t.Helper()
	for ours, its := range map[string]string{"connected": "connections", "total_bytes_sent": "bytes_in", "total_bytes_received": "bytes_out"} {
		if result[ours] != server[its] {
			t.Errorf("%s is %v, and the server's %s %v", ours, result[ours], its, server[its])
		}
	}
	if server["failed"] != 0.0 || server["left"] != server["connections"] {
		t.Errorf("the server has seen failures: %v", server)
	}
}

// Over TCP and Unix sockets, in a closed and in an open loop: the totals are the server's.
func TestBenchTotalsAreTheServers(t *testing.T) {
	path := unixPrefix + filepath.Join(t.TempDir(), "s")
	for _, args := range []string{
		"-c 20 -n 5000 --verify",
		"-c 20 -n 5000 --depth 16 --size 100 --warmup 100ms",
		"-c 5 -z 500ms -q 2000 --verify --depth 4",
		"-c 2 -n 50 --size 1048576 --depth 4 --verify",
	} {
		for _, address := range []string{"127.0.0.1:0", path} {
			t.Run(address[:4]+" "+args, func(t *testing.T) {
				p := start(t, "--listen", address)
				out, err := command(append(strings.Fields("bench -o json "+args), p.addr[0])...).Output()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				result := benchResult(t, string(out))
				p.signal(t, stopSignal)
				p.wantExit(t, 0)
				wantServerTotals(t, result, p.last(t))
				if result["total_messages_sent"] != result["total_messages_echoed"] || result["lost_bytes"] != 0.0 || result["failed"] != false {
					t.Errorf("%v", result)
				}
			})
		}
	}
}

// A name is looked up.
func TestBenchTakesNames(t *testing.T) {
	h := serveHere(t, nil)
	_, port, err := net.SplitHostPort(h.addr[0])
	if err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := runHere("bench", "-n", "10", "-c", "2", "localhost:"+port); code != 0 || !strings.Contains(stdout, "2 connections") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

// A name that nobody knows is looked up once, not for each connection. This one is unknown without a network, too.
func TestBenchUnknownName(t *testing.T) {
	code, stdout, stderr := runHere("bench", "-o", "json", "-c", "300", "256.1.1.1:80")
	result := benchResult(t, stdout)
	failures, _ := result["failures"].([]any)
	if code != exitFailed || stderr != "" || result["errors_connect"] != 300.0 || len(failures) != 1 || !strings.Contains(stdout, "256.1.1.1: no such host") {
		t.Errorf("exit code %d, %v, %q", code, result, stderr)
	}
}

// What is lost or wrong is exit code 1, with a report, and without a line about it on stderr.
func TestBenchExitCodes(t *testing.T) {
	echoing := func(alter func(p []byte) []byte) func(net.Conn) {
		return func(c net.Conn) {
			buf := make([]byte, 512)
			for {
				n, err := c.Read(buf)
				if err != nil {
					return
				}
				c.Write(alter(buf[:n]))
			}
		}
	}
	for _, c := range []struct {
		name  string
		serve func(c net.Conn)
		args  string
		code  int
		want  string
	}{
		{"good", echoing(func(p []byte) []byte { return p }), "--verify", 0, "errors       none"},
		{"a wrong byte", echoing(func(p []byte) []byte { p[0]++; return p }), "--verify", exitFailed, "wrong from byte 0 on: expected "},
		{"a wrong byte that nobody looks at", echoing(func(p []byte) []byte { p[0]++; return p }), "", 0, "errors       none"},
		{"a lost byte", echoing(func(p []byte) []byte { return p[1:] }), "--timeout 100ms", exitFailed, "1 silent"},
		{"too many", echoing(func(p []byte) []byte { return append(p, 'x') }), "", exitFailed, "more came back than was sent, from byte 512 on: 78"},
		{"an early end", func(c net.Conn) { c.Read(make([]byte, 512)) }, "", exitFailed, "1 closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				if conn, err := l.Accept(); err == nil {
					c.serve(conn)
					conn.Close()
				}
			}()
			args := append(strings.Fields("bench -c 1 -n 1 "+c.args), l.Addr().String())
			if code, stdout, stderr := runHere(args...); code != c.code || !strings.Contains(stdout, c.want) || stderr != "" {
				t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
			}
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	if code, stdout, _ := runHere("bench", "-c", "3", nobody); code != exitFailed || !strings.Contains(stdout, "3 connect") || !strings.Contains(stdout, "connection refused") {
		t.Errorf("nobody listens: exit code %d, %q", code, stdout)
	}
}

// A report that cannot be written is a failure.
func TestBenchReportThatCannotBeWritten(t *testing.T) {
	h := serveHere(t, nil)
	var stderr strings.Builder
	code := run([]string{"echo-server", "bench", "-c", "1", "-n", "1", h.addr[0]}, fullDisk{}, &stderr)
	if code != exitFailed || !strings.Contains(stderr.String(), "cannot write the report: the disk is full") {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
