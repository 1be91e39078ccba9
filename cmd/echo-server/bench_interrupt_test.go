//go:build unix

package main

import (
	"bytes"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

const stopSignal = syscall.SIGTERM

// benching is a process of `bench`.
type benching struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	exited         chan struct{}
}

func startBench(t *testing.T, args ...string) *benching {
	t.Helper()
	b := &benching{cmd: command(append([]string{"bench", "-o", "json"}, args...)...), exited: make(chan struct{})}
	b.cmd.Stdout, b.cmd.Stderr = &b.stdout, &b.stderr
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		b.cmd.Wait()
		close(b.exited)
	}()
	t.Cleanup(func() {
		b.cmd.Process.Kill()
		<-b.exited
	})
	return b
}

// wantExit waits for the end and compares the exit code.
func (b *benching) wantExit(t *testing.T, code int) map[string]any {
	t.Helper()
	select {
	case <-b.exited:
	case <-time.After(testLimit):
		t.Fatal("it does not end")
	}
	if got := b.cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("exit code %d, want %d: %s", got, code, b.stderr.String())
	}
	if b.stderr.Len() > 0 {
		t.Errorf("stderr got %q", b.stderr.String())
	}
	return benchResult(t, b.stdout.String())
}

// Interrupted, it still reports, and its totals are still the server's.
func TestBenchInterrupted(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			p := start(t)
			b := startBench(t, "-z", "1h", "-c", "10", p.addr[0])
			for i := 1; p.stats(t, i)["bytes_in"].(float64) < 100_000; i++ {
			}
			if err := b.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			result := b.wantExit(t, 0)
			if result["interrupted"] != true || result["failed"] != false || result["messages"].(float64) < 100 {
				t.Errorf("%v", result)
			}
			p.signal(t, stopSignal)
			p.wantExit(t, 0)
			wantServerTotals(t, result, p.last(t))
		})
	}
}

// A second signal does not wait for a server that says nothing.
func TestBenchSecondSignal(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := startBench(t, "-z", "1h", "-c", "2", "--timeout", "1h", l.Addr().String())
	for range 2 {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Read(make([]byte, 1)); err != nil { // it is under way
			t.Fatal(err)
		}
	}
	again := time.NewTicker(200 * time.Millisecond) // each signal is taken in before the next one
	defer again.Stop()
	for ended := false; !ended; {
		b.cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-again.C:
		case <-b.exited:
			ended = true
		}
	}
	if code := b.cmd.ProcessState.ExitCode(); code == -1 {
		t.Skip("a third signal came before the report was out") // then it has its default effect
	}
	if result := b.wantExit(t, exitForced); result["interrupted"] != true || result["total_bytes_sent"] != 1024.0 {
		t.Errorf("%v", result)
	}
}
