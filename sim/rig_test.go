package sim_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

const port = 7

// echo is a server that gives back what it gets.
func echo(rt *eddy.Runtime) error {
	l, err := rt.ListenTCP("0.0.0.0:7")
	if err != nil {
		return err
	}
	for {
		s, err := l.AcceptTCP()
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			defer s.Close()
			io.Copy(s, s)
		})
	}
}

// say writes a text and reads it back.
func say(conn net.Conn, text string) error {
	if _, err := io.WriteString(conn, text); err != nil {
		return err
	}
	answer := make([]byte, len(text))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if string(answer) != text {
		return errors.New("sent " + text + ", got " + string(answer))
	}
	return nil
}

// talker says a text so many times, a second apart.
func talker(address string, times int) func(rt *eddy.Runtime) error {
	return func(rt *eddy.Runtime) error {
		s, err := rt.DialTCP(address)
		if err != nil {
			return err
		}
		defer s.Close()
		for range times {
			if err := say(s, "hello"); err != nil {
				return err
			}
			if err := rt.Sleep(time.Second); err != nil {
				return err
			}
		}
		return nil
	}
}

// wait is a host that does nothing.
func wait(rt *eddy.Runtime) error { return rt.Sleep(1000 * time.Hour) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func untilDone(t *testing.T, w *sim.World, h *sim.Host) {
	t.Helper()
	if !w.RunUntil(h.Done) {
		t.Fatalf("host %s has not ended. %s", h.Name(), w.Dump())
	}
}

// wantPanic calls fn, which must panic with a text that has a part.
func wantPanic(t *testing.T, part string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if text, _ := recover().(string); !strings.Contains(text, part) {
			t.Errorf("panicked with %q, want %q in it", text, part)
		}
	}()
	fn()
}

// inChild tells this process that it was started by again.
const inChild = "EDDY_SIM_CHILD"

// again runs one test of this binary in a process of its own, with further arguments.
func again(t *testing.T, test string, args ...string) (output string, failed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=" + test, "-test.v", "-test.timeout=60s"}, args...)...)
	cmd.Env = append(os.Environ(), inChild+"=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), err != nil
}

func wantIn(t *testing.T, output string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("%q is missing in:\n%s", part, output)
		}
	}
}
