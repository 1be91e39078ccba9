//go:build linux

package system_test

import (
	"encoding/json"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// benchReport is a part of what `bench -o json` prints.
type benchReport struct {
	Failed        bool   `json:"failed"`
	Connected     int    `json:"connected"`
	Messages      uint64 `json:"messages"`
	BytesSent     uint64 `json:"total_bytes_sent"`
	BytesReceived uint64 `json:"total_bytes_received"`
	Lost          uint64 `json:"lost_bytes"`
	Unended       uint64 `json:"errors_unended"`
	Failures      []struct{ Text string }
}

// bench runs the load generator, which must exit with the code, and returns its report.
func bench(t *testing.T, code int, args ...string) benchReport {
	t.Helper()
	cmd := exec.Command(echoServer, append([]string{"bench", "-o", "json"}, args...)...)
	out, err := cmd.Output()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("bench: %v\n%s", err, out)
	}
	var r benchReport
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return r
}

// The totals of the generator are what the server has counted, over TCP and a Unix socket.
func TestBenchCountsAsTheServer(t *testing.T) {
	s := start(t, setup{listen: []string{"127.0.0.1:0", "unix:" + shortDir(t) + "/s"}})
	var sent, received, connections int
	for _, address := range s.addresses {
		for _, load := range [][]string{{"-n", "20000", "--depth", "16"}, {"-z", "500ms", "-q", "5000"}, {"-n", "40", "--size", "1048576"}} {
			r := bench(t, 0, append(load, "-c", "20", "--verify", address)...)
			sent, received, connections = sent+int(r.BytesSent), received+int(r.BytesReceived), connections+r.Connected
		}
	}
	c := s.counters()
	if c["bytes_in"] != sent || c["bytes_out"] != received || sent != received || c["connections"] != connections || c["left"] != connections {
		t.Errorf("the server counted %v; %d bytes were sent and %d came back on %d connections", c, sent, received, connections)
	}
	s.stop()
}

// Somebody else's echo: nmap's ncat with cat behind it.
func TestBenchAgainstNcat(t *testing.T) {
	need(t, "ncat")
	address := freeAddress(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	startTool(t, limit, "ncat", "-l", "-k", "-e", "/bin/cat", host, port)
	untilListens(t, address)
	// ncat stops for ever when more is under way than it and its pipes hold, some 100 KB: it writes to cat, and cat to it.
	for _, load := range [][]string{{"-n", "2000"}, {"-n", "2000", "--depth", "4", "--size", "3000"}, {"-z", "500ms", "-q", "1000"}} {
		r := bench(t, 0, append(load, "-c", "10", "--verify", address)...)
		if r.Failed || r.Connected != 10 || r.BytesSent != r.BytesReceived || r.Lost != 0 || r.Unended != 0 || r.Messages == 0 {
			t.Errorf("%v: %+v", load, r)
		}
	}
}

// A server that changes one byte is no echo, and only --verify sees it.
func TestBenchAgainstAChangedByte(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go changeByte(conn, 1000)
		}
	}()
	if r := bench(t, 0, "-c", "2", "-n", "20", l.Addr().String()); r.Failed || r.Messages != 20 {
		t.Errorf("%+v", r)
	}
	r := bench(t, 1, "-c", "1", "-n", "20", "--verify", l.Addr().String())
	if !r.Failed || len(r.Failures) != 1 || !strings.Contains(r.Failures[0].Text, "wrong from byte 1000 on: expected ") {
		t.Errorf("%+v", r)
	}
}

// changeByte echoes, but the byte at an offset comes back as another one.
func changeByte(conn net.Conn, offset int) {
	defer conn.Close()
	p := make([]byte, 4096)
	for at := 0; ; {
		n, err := conn.Read(p)
		if i := offset - at; i >= 0 && i < n {
			p[i]++
		}
		at += n
		if _, writeErr := conn.Write(p[:n]); err != nil || writeErr != nil {
			return
		}
	}
}

// freeAddress returns an address of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// untilListens waits until somebody listens on an address.
func untilListens(t *testing.T, address string) {
	t.Helper()
	for giveUp := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(giveUp) {
			t.Fatal(err)
		}
	}
}
