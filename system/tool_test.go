//go:build linux

package system_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// tool is a client that is not ours: a process whose standard input and output the test holds.
type tool struct {
	t      *testing.T
	name   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
	waited bool
}

// startTool starts a tool. It is killed when the limit is over or the test ends: no read of its output is longer.
func startTool(t *testing.T, limit time.Duration, name string, args ...string) *tool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	p := &tool{t: t, name: name, cmd: exec.CommandContext(ctx, need(t, name), args...)}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stderr = &p.stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(stdout)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if !p.waited {
			_ = p.cmd.Wait() // it was killed
		}
	})
	return p
}

// say writes to the tool's input.
func (p *tool) say(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, text); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// hear reads a line of the tool's output.
func (p *tool) hear(line string) {
	p.t.Helper()
	got, err := p.stdout.ReadString('\n')
	if err != nil || got != line {
		p.t.Fatalf("%s printed %q (%v), not %q", p.name, got, err, line)
	}
}

// finish ends the tool's input, and returns the rest of its output when it has exited with 0.
func (p *tool) finish() string {
	p.t.Helper()
	if err := p.stdin.Close(); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	rest, err := io.ReadAll(p.stdout)
	if err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	p.exitsWell()
	return string(rest)
}

// exitsWell waits for the end of the tool, whose output has ended.
func (p *tool) exitsWell() {
	p.t.Helper()
	p.waited = true
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("%s: %v\n%s", p.name, err, p.stderr.String())
	}
}
