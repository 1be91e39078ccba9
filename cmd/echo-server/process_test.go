//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is the program as a process of its own, with its log read as it comes.
type process struct {
	cmd    *exec.Cmd
	addr   []string // from the port file
	exited chan struct{}

	mu    sync.Mutex
	lines []map[string]any
	more  chan struct{} // closed and replaced when a line has come
	eof   bool
}

// command returns the command of a process, without starting it.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), beMain+"=1")
	return cmd
}

// start runs `run` on a free port and waits until it listens.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	portFile := filepath.Join(t.TempDir(), "ports")
	p := &process{cmd: command(append([]string{"run", "--log-format", "json", "--port-file", portFile}, args...)...)}
	p.begin(t, w)
	go p.read(r)
	p.awaitLine(t, "listening", 1)
	ports, err := os.ReadFile(portFile)
	if err != nil {
		t.Fatal(err)
	}
	p.addr = strings.Fields(string(ports))
	return p
}

// begin starts the process with stderr as its log, and ends it with the test.
func (p *process) begin(t *testing.T, stderr *os.File) {
	t.Helper()
	p.exited, p.more = make(chan struct{}), make(chan struct{})
	p.cmd.Stderr = stderr
	if !containsListen(p.cmd.Args) {
		p.cmd.Args = append(p.cmd.Args, "--listen", "127.0.0.1:0")
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stderr.Close()
	go func() {
		p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.exited
	})
}

func containsListen(args []string) bool {
	for _, a := range args {
		if a == "--listen" {
			return true
		}
	}
	return false
}

func (p *process) read(r *os.File) {
	defer r.Close()
	for in := bufio.NewReader(r); ; {
		text, err := in.ReadString('\n')
		var line map[string]any
		if json.Unmarshal([]byte(text), &line) != nil {
			line = map[string]any{"msg": text}
		}
		p.mu.Lock()
		if err == nil {
			p.lines = append(p.lines, line)
		}
		p.eof = err != nil
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// awaitLine waits for the nth line whose message begins with msg.
func (p *process) awaitLine(t *testing.T, msg string, nth int) map[string]any {
	t.Helper()
	limit := time.After(testLimit)
	for {
		p.mu.Lock()
		lines, more, eof := p.lines, p.more, p.eof
		p.mu.Unlock()
		found := 0
		for _, line := range lines {
			if text, _ := line["msg"].(string); strings.HasPrefix(text, msg) {
				if found++; found == nth {
					return line
				}
			}
		}
		if eof {
			t.Fatalf("the log has ended with %d of %d lines %q: %v", found, nth, msg, lines)
		}
		select {
		case <-more:
		case <-limit:
			t.Fatalf("%d of %d lines %q in %v", found, nth, msg, lines)
		}
	}
}

// count returns how many lines so far have this message.
func (p *process) count(msg string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.lines {
		if line["msg"] == msg {
			n++
		}
	}
	return n
}

func (p *process) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// stats asks for the nth line of counters.
func (p *process) stats(t *testing.T, nth int) map[string]any {
	t.Helper()
	p.signal(t, syscall.SIGUSR1)
	return p.awaitLine(t, "stats", nth)
}

// wantExit waits for the end and compares the exit code.
func (p *process) wantExit(t *testing.T, code int) {
	t.Helper()
	select {
	case <-p.exited:
	case <-time.After(testLimit):
		t.Fatal("the process does not end")
	}
	if got := p.cmd.ProcessState; got.ExitCode() != code {
		t.Fatalf("the process ended with %v, want exit code %d", got, code)
	}
}

// last returns the last line of the log. The process has exited.
func (p *process) last(t *testing.T) map[string]any {
	t.Helper()
	p.awaitLine(t, "stopped", 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	line := p.lines[len(p.lines)-1]
	if line["msg"] != "stopped" {
		t.Errorf("the last line is %v", line)
	}
	return line
}

// failing runs a command line that ends by itself, and returns its exit code and what stderr got.
func failing(t *testing.T, cmd *exec.Cmd) (int, string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd}
	p.begin(t, w)
	text, err := io.ReadAll(r)
	r.Close()
	if err != nil {
		t.Fatal(err)
	}
	<-p.exited
	return cmd.ProcessState.ExitCode(), string(text)
}
