//go:build unix

package eddy_test

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
)

// The functions given to Read and Write of a SyscallConn are called until they report done, with waits in between.
func TestRawConnWaits(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, b, "x")
		readText(t, a, "x") // a full buffer: there may be more, the stream believes
		raw := got(a.SyscallConn())(t)
		calls := 0
		reader := eddy.Spawn(rt, func() (string, error) {
			buf := make([]byte, 10)
			n := 0
			err := raw.Read(func(fd uintptr) bool {
				calls++
				var err error
				n, err = unix.Read(int(fd), buf)
				return err != unix.EAGAIN
			})
			return string(buf[:n]), err
		})
		untilWaiting(t, rt, 1)
		if calls == 0 || calls > 3 {
			t.Errorf("%d calls", calls)
		}
		writeText(t, b, "raw")
		if text, err := reader.Join(); text != "raw" || err != nil {
			t.Errorf("%q, %v", text, err)
		}

		n := fill(t, rt, a)
		writer := eddy.Spawn(rt, func() (struct{}, error) {
			return struct{}{}, raw.Write(func(fd uintptr) bool {
				_, err := unix.Write(int(fd), []byte("end"))
				return err != unix.EAGAIN
			})
		})
		untilWaiting(t, rt, 1)
		buf := make([]byte, 64<<10)
		for n > 0 {
			m, err := b.Read(buf[:min(n, len(buf))])
			must(t, err)
			n -= m
		}
		readText(t, b, "end")
		_, err := writer.Join()
		must(t, err)
	})
}

func TestRawConnFails(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		raw := got(a.SyscallConn())(t)
		fill(t, rt, a)
		never := func(uintptr) bool { return false }
		must(t, a.SetDeadline(rt.Now()))
		wantTimeout(t, "Read", raw.Read(never))
		wantTimeout(t, "Write", raw.Write(never))
		must(t, a.SetDeadline(rt.Now().Add(2_000_000)))
		wantTimeout(t, "Read", raw.Read(never))
		wantTimeout(t, "Write", raw.Write(never))
		must(t, a.Close())
		for i, err := range []error{raw.Read(never), raw.Write(never), raw.Control(func(uintptr) { t.Error("called") })} {
			if !isClosed(err) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// F13: what was sent through the descriptor is not lost either when the stream closes with unread input.
func TestRawWriteSurvivesClose(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, a, "unread")
		raw := got(b.SyscallConn())(t)
		must(t, raw.Write(func(fd uintptr) bool {
			_, err := unix.Write(int(fd), []byte("answer"))
			must(t, err)
			return true
		}))
		must(t, rt.Yield())
		must(t, b.Close())
		readText(t, a, "answer")
		wantEOF(t, a)
	})
}

func TestRawListener(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		if option(t, l, unix.SOL_SOCKET, unix.SO_ACCEPTCONN) == 0 {
			t.Error("it does not listen")
		}
		raw := got(l.SyscallConn())(t)
		never := func(uintptr) bool { t.Error("called"); return true }
		for _, err := range []error{raw.Read(never), raw.Write(never)} {
			if err == nil {
				t.Error("a listener was read or written")
			}
		}
		must(t, l.Close())
		if err := raw.Control(func(uintptr) { t.Error("called") }); !isClosed(err) {
			t.Errorf("got %v", err)
		}
		if _, err := l.SyscallConn(); !isClosed(err) {
			t.Errorf("got %v", err)
		}
	})
}

var _ syscall.Conn = (*eddy.TCPStream)(nil)
