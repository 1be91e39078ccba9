//go:build linux

package system_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// F22: what keeps the server's loop from going on is in the log, with its task, the loop's stack and an execution trace. Here strace lets
// each of the server's sends take longer than a poll may.
func TestSlowPollIsLogged(t *testing.T) {
	needStrace(t)
	dir := t.TempDir()
	s := start(t, setup{
		under: []string{
			"strace", "-D", "-f", "--seccomp-bpf", "-o", filepath.Join(dir, "strace"), "-e", "signal=none", "-e", "trace=sendto",
			"-e", "inject=sendto:delay_enter=300ms",
		},
		flags: []string{"--slow-poll", "50ms", "--slow-poll-trace", dir},
	})
	conn := dial(t, s)
	// The stack is taken when the call returns. The poll may be over by then: if it is, there is another.
	for giveUp := time.Now().Add(limit); !strings.Contains(s.log(), "the loop stands still"); {
		if time.Now().After(giveUp) {
			t.Fatal("no slow poll in the log")
		}
		mustRoundTrip(t, conn, []byte("hello\n"))
	}
	conn.Close()
	s.stop()
	for _, want := range []string{"level=WARN", "main.(*client).serve", "PollReady", "slow poll has ended"} {
		if !strings.Contains(s.log(), want) {
			t.Errorf("no %q in the log", want)
		}
	}
	traces, err := filepath.Glob(filepath.Join(dir, "slow-poll-*.trace"))
	if err != nil || len(traces) == 0 {
		t.Fatalf("no trace is saved (%v)", err)
	}
	file, err := os.Open(traces[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	head := make([]byte, 16)
	if _, err := io.ReadFull(file, head); err != nil || !strings.HasPrefix(string(head), "go 1.") || !strings.HasSuffix(string(head), " trace\x00\x00\x00") {
		t.Errorf("the trace begins with %q (%v)", head, err)
	}
}
