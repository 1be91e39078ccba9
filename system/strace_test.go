//go:build linux

package system_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// fault is system calls that fail although nothing is wrong: strace answers in the kernel's place. Of those that a
// thread makes the third fails, and each so many after it.
type fault struct {
	calls  string // as strace names them
	errno  string
	when   string
	dies   bool // the connection whose call failed may end early
	stalls bool // it may wait until its peer's next byte: the edge that told of the last one is used up
}

func (f fault) String() string { return f.errno + " from " + f.calls }

var faults = []fault{
	// F4: the wait goes on with the time left. Which of the two calls sleeps depends on the system's age.
	{calls: "epoll_pwait,epoll_pwait2", errno: "EINTR", when: "3+2"},

	// F7, F8: the connection is still in the queue and is accepted later.
	{calls: "accept4", errno: "EMFILE", when: "3+2"},
	{calls: "accept4", errno: "ECONNABORTED", when: "3+2"},

	// F5: nothing is there, or no room; one in three, so that some byte moves after each that does not.
	{calls: "recvfrom", errno: "EAGAIN", when: "3+3", stalls: true},
	{calls: "sendto", errno: "EAGAIN", when: "3+3", stalls: true},

	// F14: the error is the end of that one connection. One call in seven: a connection makes four, and some more
	// where it is closed early (F13).
	{calls: "recvfrom", errno: "ECONNRESET", when: "3+7", dies: true},
	{calls: "recvfrom", errno: "EPIPE", when: "3+7", dies: true},
	{calls: "sendto", errno: "ECONNRESET", when: "3+7", dies: true},
	{calls: "sendto", errno: "EPIPE", when: "3+7", dies: true},
}

// The server lives, whatever its calls return, and nobody is sent a byte that is not his.
func TestServerSurvivesFailingCalls(t *testing.T) {
	needStrace(t)
	for _, f := range faults {
		t.Run(f.String(), func(t *testing.T) {
			trace := filepath.Join(t.TempDir(), "trace")
			s := start(t, setup{under: f.strace(trace)})
			const clients, connections, messages = 4, 10, 3
			atOnce(t, clients, func(i int) error {
				for c := range connections {
					if err := f.talk(s.address(), uint64(i*connections+c), messages); err != nil {
						return fmt.Errorf("connection %d: %w", c, err)
					}
				}
				return nil
			})
			if err := f.talk(s.address(), 999, 1); err != nil {
				t.Errorf("a new client: %v", err)
			}
			s.stop()
			if n := injected(t, s, trace); n < 10 {
				t.Errorf("only %d calls have failed", n)
			}
		})
	}
}

// strace returns the command that runs the server with the fault. The server is the process that was started, and
// strace its descendant (-D); of all system calls only the faulty ones stop it (--seccomp-bpf).
func (f fault) strace(trace string) []string {
	return []string{
		"strace", "-D", "-f", "--seccomp-bpf", "-o", trace, "-e", "signal=none", "-e", "trace=" + f.calls,
		"-e", fmt.Sprintf("inject=%s:error=%s:when=%s", f.calls, f.errno, f.when),
	}
}

// needStrace looks whether strace is there and may trace.
func needStrace(t *testing.T) {
	t.Helper()
	out, err := exec.Command(need(t, "strace"), "-f", "-e", "trace=none", "true").CombinedOutput()
	if err != nil {
		missing(t, fmt.Sprintf("the permission to trace (strace: %v: %s)", err, out))
	}
}

// injected counts the calls that were made to fail, once the trace is complete: strace is nobody's child any more that
// could be waited for.
func injected(t *testing.T, s *server, trace string) int {
	t.Helper()
	end := regexp.MustCompile(fmt.Sprintf(`(?m)^%d +\+\+\+ exited with`, s.pid))
	for giveUp := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(trace)
		switch {
		case err != nil:
			t.Fatal(err)
		case end.Match(text):
			return bytes.Count(text, []byte("(INJECTED)"))
		case time.Now().After(giveUp):
			t.Fatalf("strace has not ended:\n%s", text)
		}
	}
}

// talk is a client that puts up with what the fault may do to it, and with nothing else. It ends when all of its
// messages have come back on one connection.
func (f fault) talk(address string, seed uint64, messages int) error {
	for giveUp := time.Now().Add(limit); ; {
		err := f.talkOnce(address, seed, messages)
		early := errors.Is(err, io.EOF) || isReset(err)
		switch {
		case err == nil:
			return nil
		case !f.dies || !early:
			return err
		case time.Now().After(giveUp):
			return fmt.Errorf("no connection has lived long enough; the last one: %w", err)
		}
	}
}

func (f fault) talkOnce(address string, seed uint64, messages int) error {
	conn, err := connect(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	sent, received := stream(seed), stream(seed)
	for range messages {
		const size = 3000
		if _, err := io.CopyN(conn, sent, size); err != nil {
			return err
		}
		if err := f.expect(conn, sent, received, size); err != nil {
			return err
		}
	}
	return nil
}

// stallLimit is how long a client waits for an echo before it sends a further byte. Picked: some hundred times what
// an echo takes.
const stallLimit = 50 * time.Millisecond

// expect reads what is due and compares it. Where a connection may stall, each silence is answered by a byte more.
func (f fault) expect(conn net.Conn, sent, received io.Reader, due int) error {
	p, giveUp := make([]byte, 4096), time.Now().Add(limit)
	for due > 0 {
		if f.stalls {
			if err := conn.SetReadDeadline(time.Now().Add(stallLimit)); err != nil {
				return err
			}
		}
		n, err := conn.Read(p[:min(due, len(p))])
		want := make([]byte, n)
		_, _ = io.ReadFull(received, want)
		if string(p[:n]) != string(want) {
			return errWrongBytes
		}
		due -= n
		if f.stalls && errors.Is(err, os.ErrDeadlineExceeded) && time.Now().Before(giveUp) {
			due++
			_, err = io.CopyN(conn, sent, 1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
