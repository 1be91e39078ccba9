//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy"
)

// F10, F11: bytes that come together with the peer's half-close are read first, the end is not lost although no event
// tells of it again, and the reply still goes out.
func TestHalfClose(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, a, "question")
		must(t, a.CloseWrite())
		must(t, rt.Yield()) // both are in one event now
		readText(t, b, "question")
		if n, err := b.Read(make([]byte, 100)); n != 0 || err != io.EOF {
			t.Fatalf("%d, %v; want io.EOF", n, err)
		}
		receives := rt.Stats().Kernel.Receives
		for range 3 { // the end stays, and is not asked for again
			if n, err := b.Read(make([]byte, 100)); n != 0 || err != io.EOF || rt.Stats().Kernel.Receives != receives {
				t.Fatalf("%d, %v; want io.EOF", n, err)
			}
		}
		writeText(t, b, "answer")
		must(t, b.Close())
		readText(t, a, "answer")
		if n, err := a.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("%d, %v; want io.EOF", n, err)
		}
		if _, err := a.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("a write after CloseWrite: %v", err)
		}
	})
}

// F10: the peer's half-close while a read waits.
func TestHalfCloseWakesReader(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		reader := eddy.Spawn(rt, func() (int, error) { return b.Read(make([]byte, 1)) })
		untilWaiting(t, rt, 1)
		must(t, a.CloseWrite())
		if n, err := reader.Join(); n != 0 || err != io.EOF {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestCloseRead(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		reader := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
		untilWaiting(t, rt, 1)
		must(t, a.CloseRead())
		if n, err := reader.Join(); n != 0 || err != io.EOF {
			t.Errorf("the read that waited: %d, %v", n, err)
		}
		if n, err := a.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("the next read: %d, %v", n, err)
		}
		if n, err := a.WriteTo(io.Discard); n != 0 || err != nil {
			t.Errorf("WriteTo: %d, %v", n, err)
		}
		_, err := eddy.Await(rt, a.Readable())
		must(t, err)
		writeText(t, a, "writing goes on")
		readText(t, b, "writing goes on")
	})
}

// F13: CloseRead takes nothing from what Close does for the last words: input that nobody read does not destroy them.
func TestReplySurvivesCloseRead(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, a, "a question that nobody reads")
		must(t, rt.Yield())
		must(t, b.CloseRead())
		must(t, b.SetLinger(3600))
		n := fill(t, rt, b) // a part of it is not sent when b closes
		must(t, b.Close())
		must(t, rt.Yield())
		writeText(t, a, "more")
		must(t, rt.Yield())
		if m, err := a.WriteTo(io.Discard); m != int64(n) || err != nil {
			t.Errorf("the peer got %d of %d bytes, %v", m, n, err)
		}
	})
}
