//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// isDeadline reports whether err is a plain or wrapped timeout.
func isDeadline(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// wantTimeout checks the shape of a stream's timeout: package net's.
func wantTimeout(t *testing.T, what string, err error) {
	t.Helper()
	var oe *net.OpError
	if !isTimeout(err) || !errors.As(err, &oe) || oe.Source == nil || oe.Addr == nil {
		t.Errorf("%s: %v (%#v)", what, err, err)
	}
}

func TestDeadlineInThePast(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, b, "there")
		must(t, rt.Yield())
		for _, past := range []time.Time{rt.Now(), rt.Now().Add(-time.Hour), time.Unix(1, 0)} {
			must(t, a.SetDeadline(past))
			_, err := a.Read(make([]byte, 1))
			wantTimeout(t, "read", err)
			n, err := a.Write([]byte("x"))
			wantTimeout(t, "write", err)
			if n != 0 {
				t.Errorf("%d bytes written", n)
			}
			_, err = a.WriteTo(io.Discard)
			wantTimeout(t, "WriteTo", err)
			_, err = eddy.Await(rt, a.Readable())
			wantTimeout(t, "Readable", err)
		}
		must(t, a.SetDeadline(time.Time{})) // none: nothing was lost
		readText(t, a, "there")
		writeText(t, a, "x")
	})
}

// F16: a deadline ends a wait, and never early.
func TestDeadlineEndsWait(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		for range 3 {
			deadline := rt.Now().Add(2 * time.Millisecond)
			must(t, a.SetReadDeadline(deadline))
			_, err := a.Read(make([]byte, 1))
			wantTimeout(t, "read", err)
			if rt.Now().Before(deadline) {
				t.Error("early")
			}
		}
		writeText(t, a, "the other direction has none")
		must(t, a.SetReadDeadline(rt.Now().Add(time.Hour)))
		writeText(t, b, "x")
		readText(t, a, "x")
	})
}

// A write that timed out tells how much went out, and the rest can follow.
func TestTimedOutWriteTellsHowMuch(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		data := make([]byte, 32<<20)
		must(t, a.SetWriteDeadline(rt.Now().Add(20*time.Millisecond)))
		n, err := a.Write(data)
		wantTimeout(t, "write", err)
		if n <= 0 || n >= len(data) {
			t.Fatalf("%d bytes went out", n)
		}
		must(t, a.SetWriteDeadline(time.Time{}))
		rest := rt.Spawn(func() {
			defer a.CloseWrite()
			if m, err := a.Write(data[n:]); m != len(data)-n || err != nil {
				t.Errorf("the rest: %d, %v", m, err)
			}
		})
		if m, err := b.WriteTo(io.Discard); m != int64(len(data)) || err != nil {
			t.Errorf("the peer got %d, %v", m, err)
		}
		rest.Join()
	})
}

// A deadline may be moved, earlier, later and away, while somebody waits.
func TestDeadlineMovedDuringWait(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		read := func() *eddy.JoinHandle[int] {
			h := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
			untilWaiting(t, rt, 1)
			return h
		}
		h := read() // earlier
		must(t, a.SetReadDeadline(rt.Now().Add(time.Hour)))
		must(t, a.SetReadDeadline(rt.Now().Add(time.Millisecond)))
		_, err := h.Join()
		wantTimeout(t, "moved earlier", err)

		must(t, a.SetReadDeadline(rt.Now().Add(time.Hour)))
		h = read() // into the past
		must(t, a.SetReadDeadline(time.Unix(1, 0)))
		_, err = h.Join()
		wantTimeout(t, "moved into the past", err)

		for _, later := range []time.Time{rt.Now().Add(time.Hour), {}} { // later, and away
			must(t, a.SetReadDeadline(rt.Now().Add(time.Hour)))
			h = read()
			// Both within one poll: no timer fires in between, however slow the machine is.
			must(t, a.SetReadDeadline(rt.Now().Add(2*time.Millisecond)))
			must(t, a.SetReadDeadline(later))
			must(t, rt.Sleep(3*time.Millisecond))
			if h.Done() {
				t.Error("it ended at the old deadline")
			}
			writeText(t, b, "x")
			if n, err := h.Join(); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		}
		if n := rt.Stats().Timers; n != 0 {
			t.Errorf("%d timers are left without a deadline", n)
		}
	})
}

// F35: as crypto/tls does.
func TestDeadlineFromAGoroutineEndsWait(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		h := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
		untilWaiting(t, rt, 1)
		go a.SetDeadline(time.Now())
		_, err := h.Join()
		wantTimeout(t, "read", err)
	})
}

// F15: deadlines beyond what a clock can count are none.
func TestFarDeadline(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		must(t, a.SetDeadline(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)))
		must(t, a.SetIdleTimeout(1<<63-1))
		writeText(t, b, "x")
		readText(t, a, "x")
	})
}
