//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Clients that are not ours: processes whose standard input and output we hold.

// netcat ends its direction at the end of its input (-N).
func netcat(a *actor) { a.carry("nc", "nc.openbsd", "-N", "127.0.0.1", a.port()) }

func ncat(a *actor) { a.carry("ncat", "ncat", "127.0.0.1", a.port()) }

func socat(a *actor) { a.carry("socat", "socat", "-t", "60", "-", "TCP:"+a.address) }

func (a *actor) port() string {
	_, port, _ := net.SplitHostPort(a.address)
	return port
}

// carry sends bytes through a tool, and all of them must come back.
func (a *actor) carry(kind, name string, args ...string) {
	a.tool(kind, name, args, func(t *tool) (ending, error) {
		err := t.exchange(a.size(), nil)
		if err == nil {
			err = t.exit()
		}
		return complete, err
	})
}

// stopped is a client whose process is stopped in the middle of the stream for a moment. Nothing may be lost: it goes
// on, or is killed while it stands still.
func stopped(a *actor) {
	kill := a.rng.IntN(2) == 0
	a.tool("stopped process", "socat", []string{"-t", "60", "-", "TCP:" + a.address}, func(t *tool) (ending, error) {
		n := 8 * int64(a.most)
		at := a.rng.Int64N(n)
		err := t.exchange(n, func() error {
			if t.received < at {
				return nil
			}
			at = n + 1 // once
			if err := t.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				return err
			}
			a.pause(a.moment())
			if kill {
				return errors.Join(errKilled, t.cmd.Process.Kill())
			}
			return t.cmd.Process.Signal(syscall.SIGCONT)
		})
		switch {
		case errors.Is(err, errKilled):
			return ownEnd, nil
		case err == nil:
			err = t.exit()
		}
		return complete, err
	})
}

var errKilled = errors.New("killed")

// redisBenchmark loads the server: a Redis request is an array of strings, which is a valid reply as well. It ends
// with an error when a reply is none, and hangs when one is missing.
func redisBenchmark(a *actor) {
	const request = "*1\r\n$4\r\nPING\r\n"
	clients, depth := 1+a.rng.IntN(30), 1+a.rng.IntN(16)
	requests := depth * (1 + a.rng.IntN(20_000/depth))
	args := []string{
		"-p", a.port(), "-t", "ping_mbulk", "-q",
		"-c", strconv.Itoa(clients), "-P", strconv.Itoa(depth), "-n", strconv.Itoa(requests),
	}
	ctx, cancel := context.WithTimeout(a.ctx, hang)
	defer cancel()
	out, err := command(ctx, "redis-benchmark", args...).CombinedOutput()
	if a.ctx.Err() != nil {
		return
	}
	// It asks for the server's configuration first, on a connection of its own, and may have begun requests that it
	// does not wait for.
	due := int64(requests * len(request))
	e := entry{kind: "redis-benchmark", ending: complete, connections: span{int64(clients), int64(clients) + 2}, received: due, sent: due}
	if err != nil || !bytes.Contains(out, []byte("requests per second")) {
		e.ending, e.violation, e.received = broken, fmt.Sprintf("%v: %s", err, out), 0
	}
	a.ledger.enter(e)
	a.ledger.allow(int64(clients*depth*len(request)) + 1000)
}

// command is a tool's command. Its process ends with ours, and Ctrl-C is ours alone.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return cmd
}

// tool is one process and its one connection.
type tool struct {
	cmd      *exec.Cmd
	stdin    io.WriteCloser
	stdout   io.Reader
	stderr   bytes.Buffer
	verifier verifier
	chunks   *rand.Rand
	sent     int64
	received int64
	waited   bool
}

// tool starts a process, has act use it, and enters what is known of its connection into the ledger.
func (a *actor) tool(kind, name string, args []string, act func(*tool) (ending, error)) {
	ctx, cancel := context.WithTimeout(a.ctx, hang)
	defer cancel()
	t := &tool{cmd: command(ctx, name, args...), chunks: a.another().rng}
	t.verifier.connection = connections.Add(1)
	e := entry{kind: kind, connections: exactly(1)}
	var err error
	if e.ending, err = t.start(act); a.ctx.Err() != nil {
		return
	}
	e.sent, e.received = t.sent, t.received
	if err != nil {
		e.ending, e.violation = judge(err)
		if ctx.Err() != nil {
			e.ending, e.violation = broken, fmt.Sprintf("nothing more in %v: %v", hang, err)
		}
		if e.violation != "" {
			e.violation = fmt.Sprintf("connection %d, %d bytes sent, %d received: %s; %s", t.verifier.connection, t.sent, t.received, e.violation, strings.TrimSpace(t.stderr.String()))
		}
	}
	a.ledger.enter(e)
}

func (t *tool) start(act func(*tool) (ending, error)) (ending, error) {
	var err error
	if t.stdin, err = t.cmd.StdinPipe(); err != nil {
		return "", err
	}
	if t.stdout, err = t.cmd.StdoutPipe(); err != nil {
		return "", err
	}
	t.cmd.Stderr = &t.stderr
	if err := t.cmd.Start(); err != nil {
		return "", err
	}
	end, err := act(t)
	if !t.waited {
		_ = t.cmd.Process.Kill() // it may have ended
		_ = t.cmd.Wait()
	}
	return end, err
}

// exchange sends n bytes and the end of the input, and reads to the end of the output. between is called after each
// read.
func (t *tool) exchange(n int64, between func() error) error {
	sent := make(chan error, 1)
	go func() { sent <- t.send(n) }()
	err := t.receive(n, between)
	if err != nil {
		_ = t.cmd.Process.Kill() // or send might wait for ever
	}
	return errors.Join(err, <-sent)
}

func (t *tool) send(n int64) error {
	buf := make([]byte, 64<<10)
	for t.sent < n {
		p := buf[:min(n-t.sent, 1+t.chunks.Int64N(int64(len(buf))))]
		fill(p, t.verifier.connection, t.sent)
		written, err := t.stdin.Write(p)
		t.sent += int64(written)
		if err != nil {
			return err
		}
	}
	return t.stdin.Close()
}

func (t *tool) receive(n int64, between func() error) error {
	buf := make([]byte, 32<<10)
	for {
		read, err := t.stdout.Read(buf)
		if wrong := t.verifier.check(buf[:read]); wrong != nil {
			return wrong
		}
		t.received += int64(read)
		switch {
		case err == io.EOF && t.received == n:
			return nil
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case between == nil:
			continue
		}
		if err := between(); err != nil {
			return err
		}
	}
}

// exit waits for the end of the process, whose output has ended.
func (t *tool) exit() error {
	t.waited = true
	late := time.AfterFunc(hang, func() { _ = t.cmd.Process.Kill() })
	defer late.Stop()
	if err := t.cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, t.stderr.String())
	}
	return nil
}
