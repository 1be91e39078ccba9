//go:build linux

package system_test

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A log that goes nowhere stops nothing but the log.

// debugClients is how many clients are logged, two lines each: far more than a pipe of 64 KiB and the queue of lines hold.
const debugClients = 1500

func serveUnderDebugLog(t *testing.T, how setup) {
	t.Helper()
	how.flags = []string{"--log-level", "debug"}
	s := start(t, how)
	if how.stderr != nil {
		how.stderr.Close() // the server has it
	}
	old := dial(t, s)
	mustRoundTrip(t, old, []byte("hello\n"))
	atOnce(t, 10, func(i int) error {
		for range debugClients / 10 {
			if err := talk(s.address(), uint64(i), 2, 100); err != nil {
				return err
			}
		}
		return nil
	})
	mustRoundTrip(t, old, []byte("still there?\n"))
	old.Close()
	s.stop()
}

// F14: no client gets the number 2, which would send him the log.
func TestLogToClosedStderr(t *testing.T) {
	need(t, "sh")
	serveUnderDebugLog(t, setup{under: []string{"sh", "-c", `exec "$0" "$@" 2>&-`}})
}

func TestLogToPipeThatNobodyReads(t *testing.T) {
	r, w := logPipe(t)
	serveUnderDebugLog(t, setup{stderr: w})
	raw, err := r.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	unread := 0
	if err := raw.Control(func(fd uintptr) { unread, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }); err != nil {
		t.Fatal(err)
	}
	if err != nil || unread < 60<<10 {
		t.Errorf("only %d bytes are in the pipe (%v): that shows nothing", unread, err)
	}
}

// F14: SIGPIPE on standard error would end the process.
func TestLogToPipeWhoseReaderIsGone(t *testing.T) {
	r, w := logPipe(t)
	r.Close()
	serveUnderDebugLog(t, setup{stderr: w})
}

func logPipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}
