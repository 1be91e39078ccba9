//go:build unix

package main

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What reached our sockets before the signal is echoed, whether the connection was accepted or still waited; idle
// clients are closed at once. The process is stopped while all that arrives, so that it cannot see any of it before
// the signal.
func TestStopEchoesWhatHasArrived(t *testing.T) {
	path := filepath.Join(t.TempDir(), "echo")
	p := start(t, "--listen", "127.0.0.1:0", "--listen", unixPrefix+path, "--idle-timeout", "0", "--shutdown-timeout", "1h")
	large := strings.Repeat("all of this has arrived before the signal; ", 1000) // less than the first window of TCP
	var served, idle, waiting []net.Conn
	for _, address := range p.addr {
		for range 20 {
			c := dial(t, address)
			echo(t, c, "hello")
			served = append(served, c)
		}
		c := dial(t, address)
		echo(t, c, "idle from now on")
		idle = append(idle, c)
	}
	p.signal(t, syscall.SIGSTOP)
	for _, c := range served {
		send(t, c, large)
	}
	for _, address := range p.addr {
		for range 20 {
			c := dial(t, address)
			send(t, c, large)
			waiting = append(waiting, c)
		}
		idle = append(idle, dial(t, address))
	}
	p.signal(t, syscall.SIGTERM)
	p.signal(t, syscall.SIGCONT)
	for _, c := range append(served, waiting...) {
		receive(t, c, large)
		wantEnd(t, c)
	}
	for _, c := range idle {
		wantEnd(t, c)
		c.Close()
	}
	for _, c := range append(served, waiting...) {
		c.Close()
	}
	p.wantExit(t, 0)
	last := p.last(t)
	if last["connections"] != float64(len(served)+len(idle)+len(waiting)) || last["bytes_in"] != last["bytes_out"] || last["timeouts"] != 0.0 {
		t.Errorf("the last line is %v", last)
	}
}

// The stop with all places taken: those who wait outside with their bytes come in as the others leave.
func TestStopWhileFull(t *testing.T) {
	p := start(t, "--max-conns", "2", "--idle-timeout", "0", "--shutdown-timeout", "1h")
	served := []net.Conn{dial(t, p.addr[0]), dial(t, p.addr[0])}
	for _, c := range served {
		echo(t, c, "hello")
	}
	var waiting []net.Conn
	for range 5 {
		c := dial(t, p.addr[0])
		send(t, c, "from outside")
		waiting = append(waiting, c)
	}
	p.signal(t, syscall.SIGTERM)
	for _, c := range waiting {
		receive(t, c, "from outside")
		wantEnd(t, c)
	}
	p.wantExit(t, 0)
}

// A client that goes on sending and reading does not keep the server.
func TestStopDespiteABusyClient(t *testing.T) {
	p := start(t, "--idle-timeout", "0", "--shutdown-timeout", "1h")
	c := dial(t, p.addr[0])
	go func() {
		for chunk := make([]byte, 64<<10); ; {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
	}()
	if _, err := io.CopyN(io.Discard, c, 1<<20); err != nil { // it is under way
		t.Fatal(err)
	}
	p.signal(t, syscall.SIGTERM)
	if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the server goes on echoing")
	}
	p.wantExit(t, 0)
}

// neverRead connects a client that sends and does not read, and waits until the server is stuck with its bytes.
func neverRead(t *testing.T, p *process) {
	t.Helper()
	c := dial(t, p.addr[0])
	go func() {
		for chunk := make([]byte, 64<<10); ; {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
	}()
	for i := 1; ; i++ {
		if s := p.stats(t, i); s["bytes_in"].(float64) > s["bytes_out"].(float64) {
			return
		}
	}
}

func TestShutdownTimeoutForces(t *testing.T) {
	p := start(t, "--idle-timeout", "0", "--shutdown-timeout", "50ms")
	neverRead(t, p)
	p.signal(t, syscall.SIGTERM)
	p.wantExit(t, exitForced)
	if last := p.last(t); last["forced"] != true {
		t.Errorf("the last line is %v", last)
	}
}

func TestSecondSignalForces(t *testing.T) {
	p := start(t, "--idle-timeout", "0", "--shutdown-timeout", "1h")
	neverRead(t, p)
	p.signal(t, syscall.SIGINT)
	p.awaitLine(t, "stopping", 1)
	p.signal(t, syscall.SIGTERM)
	p.wantExit(t, exitForced)
	if last := p.last(t); last["forced"] != true {
		t.Errorf("the last line is %v", last)
	}
}

func TestReportSignals(t *testing.T) {
	p := start(t, "--idle-timeout", "0")
	c := dial(t, p.addr[0])
	echo(t, c, "hello")
	if stats := p.stats(t, 1); stats["connections"] != 1.0 || stats["clients"] != 1.0 || stats["bytes_out"] != 5.0 || stats["receives"] != 1.0 ||
		stats["goroutines"].(float64) < 2 || stats["heap_bytes"].(float64) < 1<<16 {
		t.Errorf("the counters are %v", stats)
	}
	const crowd = 150
	for range crowd {
		echo(t, dial(t, p.addr[0]), "x")
	}
	p.signal(t, syscall.SIGQUIT)
	summary := p.awaitLine(t, "tasks", 1)
	// The main task, a listener, 151 clients, and the task that reports.
	if summary["tasks"] != float64(crowd+4) || summary["not_listed"] != float64(crowd+4-maxReportedTasks) {
		t.Errorf("the summary is %v", summary)
	}
	if n := p.count("task"); n != maxReportedTasks {
		t.Errorf("%d tasks were listed, want %d", n, maxReportedTasks)
	}
	client := p.awaitLine(t, "task", 3)
	if wait, _ := client["waits_for"].(string); !strings.HasPrefix(wait, "read tcp "+p.addr[0]+"->"+c.LocalAddr().String()) || client["since"] == nil {
		t.Errorf("the client's task is %v", client)
	}
	echo(t, c, "goes on")
	p.signal(t, syscall.SIGTERM)
	c.Close()
	p.wantExit(t, 0)
}

// SIGHUP has the pair of files read again. A client who is there notices nothing.
func TestHangUpReloads(t *testing.T) {
	files := newPairFiles(t)
	files.write(t, 1, tomorrow())
	p := start(t, "--tls-cert", files.cert, "--tls-key", files.key)
	if line := p.awaitLine(t, "certificate loaded", 1); line["cert"] != files.cert || line["serial"] != 1.0 {
		t.Errorf("the line about the certificate is %v", line)
	}
	old := dialTLS(t, p.addr[0])
	echo(t, old, "before")
	files.write(t, 2, tomorrow())
	p.signal(t, syscall.SIGHUP)
	p.awaitLine(t, "certificate reloaded", 1)
	if n := serial(t, p.addr[0]); n != 2 {
		t.Errorf("a new client sees certificate %d", n)
	}
	if err := os.Remove(files.key); err != nil {
		t.Fatal(err)
	}
	p.signal(t, syscall.SIGHUP)
	if line := p.awaitLine(t, "certificate not reloaded", 1); line["cert"] != files.cert || line["key"] != files.key || !strings.Contains(line["error"].(string), "no such file") {
		t.Errorf("the line about the failure is %v", line)
	}
	if n := serial(t, p.addr[0]); n != 2 {
		t.Errorf("after a bad pair a new client sees certificate %d", n)
	}
	echo(t, old, "after")
	if stats := p.stats(t, 1); stats["handshakes"] != 3.0 || stats["handshakes_failed"] != 0.0 {
		t.Errorf("the counters are %v", stats)
	}
	old.Close()
	p.signal(t, syscall.SIGTERM)
	p.wantExit(t, 0)
}

// Without TLS there is nothing to reload: SIGHUP ends the process, as it ends others whose terminal has gone.
func TestHangUpWithoutTLS(t *testing.T) {
	p := start(t)
	p.signal(t, syscall.SIGHUP)
	p.wantExit(t, -1)
}

// The reader of the log has gone: the server does not end by SIGPIPE, and stops cleanly.
func TestBrokenLog(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	portFile := filepath.Join(t.TempDir(), "ports")
	p := &process{cmd: command("run", "--log-level", "debug", "--port-file", portFile)}
	p.begin(t, w)
	if _, err := r.Read(make([]byte, 1)); err != nil { // it listens
		t.Fatal(err)
	}
	r.Close()
	ports, err := os.ReadFile(portFile)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		echo(t, dial(t, strings.TrimSpace(string(ports))), "hello") // two lines each
	}
	p.signal(t, syscall.SIGTERM)
	p.wantExit(t, 0)
}

// A log pipe that nobody reads stops nothing but the log. When it is read again, it says what is missing.
func TestLogPipeThatNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	portFile := filepath.Join(t.TempDir(), "ports")
	p := &process{cmd: command("run", "--log-level", "debug", "--log-format", "json", "--port-file", portFile)}
	p.begin(t, w)
	first := make([]byte, 1)
	if _, err := r.Read(first); err != nil { // it listens
		t.Fatal(err)
	}
	ports, err := os.ReadFile(portFile)
	if err != nil {
		t.Fatal(err)
	}
	// A pipe holds 64 KiB, the queue 1024 lines; each client makes two lines of more than 100 bytes.
	for range 1500 {
		c := dial(t, strings.TrimSpace(string(ports)))
		echo(t, c, "hello")
		c.Close()
	}
	go p.read(r)
	p.awaitLine(t, "", logQueueLines) // at least one of these was written after the pipe had room again
	var missing bool
	p.mu.Lock()
	for _, line := range p.lines {
		text, _ := line["msg"].(string)
		missing = missing || strings.HasSuffix(text, " log lines dropped")
	}
	p.mu.Unlock()
	if !missing {
		t.Error("nothing was said about dropped lines")
	}
	p.signal(t, syscall.SIGTERM)
	p.wantExit(t, 0)
	if dropped := p.last(t)["log_lines_dropped"].(float64); dropped == 0 {
		t.Error("no dropped line was counted")
	}
}
