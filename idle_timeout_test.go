//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

const idle = 5 * time.Millisecond

// F18: a peer that says nothing. The timeout may count from the turn's sample of the clock, which Yield takes anew.
func TestIdleTimeoutEndsRead(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		must(t, a.SetIdleTimeout(idle))
		reads := map[string]func() error{
			"Read":     func() error { _, err := a.Read(make([]byte, 1)); return err },
			"io.Copy":  func() error { _, err := io.Copy(a, a); return err },
			"Readable": func() error { _, err := eddy.Await(rt, a.Readable()); return err },
		}
		for name, read := range reads {
			begin := rt.Now()
			must(t, rt.Yield())
			must(t, a.SetIdleTimeout(idle)) // counted anew
			wantTimeout(t, name, read())
			if passed := rt.Now().Sub(begin); passed < idle {
				t.Errorf("%s: after %v", name, passed)
			}
		}
		_, err := a.Write([]byte("x"))
		wantTimeout(t, "a write afterwards", err)
		must(t, a.SetIdleTimeout(0))
		writeText(t, a, "none")
		readText(t, b, "none")
	})
}

// F18, F19: a peer that never reads.
func TestIdleTimeoutEndsWrite(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		must(t, a.SetIdleTimeout(idle))
		n, err := a.Write(make([]byte, 32<<20))
		wantTimeout(t, "write", err)
		if n == 0 {
			t.Error("nothing went out")
		}
	})
}

// Bytes in either direction count: a reader does not time out while its stream writes.
func TestBytesInEitherDirectionPushTheIdleTimeout(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		const idle = 60 * time.Millisecond
		must(t, a.SetIdleTimeout(idle))
		begin := rt.Now()
		reader := eddy.Spawn(rt, func() (time.Time, error) {
			_, err := a.Read(make([]byte, 1))
			return rt.Now(), err
		})
		untilWaiting(t, rt, 1)
		last, gap := begin, time.Duration(0)
		for rt.Now().Sub(begin) < 2*idle && !reader.Done() {
			now := rt.Now()
			gap = max(gap, now.Sub(last))
			if _, err := a.Write([]byte("x")); err != nil { // the machine took all of the idle time away
				wantTimeout(t, "write", err)
				if gap = max(gap, rt.Now().Sub(last)); gap < idle {
					t.Errorf("a write failed %v after the last one", gap)
				}
				break
			}
			last = now
			must(t, rt.Sleep(time.Millisecond))
		}
		ended, err := reader.Join()
		wantTimeout(t, "read", err)
		if ended.Sub(last) < idle-time.Millisecond && gap < idle/2 { // else the machine was idle, not the test
			t.Errorf("it ended %v after the last byte", ended.Sub(last))
		}
	})
}

// The same for a write that waits while its stream is read.
func TestReadBytesPushTheIdleTimeoutOfAWrite(t *testing.T) {
	reads := map[string]func(s *eddy.TCPStream){
		"Read": func(s *eddy.TCPStream) {
			for buf := make([]byte, 10); ; {
				if _, err := s.Read(buf); err != nil {
					return
				}
			}
		},
		"WriteTo": func(s *eddy.TCPStream) { s.WriteTo(io.Discard) },
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
				const idle = 40 * time.Millisecond
				fill(t, rt, a)
				must(t, a.SetIdleTimeout(idle))
				begin := rt.Now()
				writer := eddy.Spawn(rt, func() (time.Time, error) {
					_, err := a.Write([]byte("x"))
					return rt.Now(), err
				})
				rt.Spawn(func() { read(a) })
				untilWaiting(t, rt, 2)
				last, gap := begin, time.Duration(0)
				for rt.Now().Sub(begin) < 2*idle && !writer.Done() {
					gap = max(gap, rt.Now().Sub(last))
					last = rt.Now()
					writeText(t, b, "x")
					must(t, rt.Sleep(time.Millisecond))
				}
				ended, err := writer.Join()
				wantTimeout(t, "write", err)
				if ended.Sub(last) < idle-time.Millisecond && gap < idle/2 { // else the machine was idle, not the test
					t.Errorf("it ended %v after the last byte", ended.Sub(last))
				}
			})
		})
	}
}

// Who computes or waits for something else is not idle: the timeout ends waits for the stream alone.
func TestIdleTimeoutNeedsAWait(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		const idle = 50 * time.Millisecond
		must(t, a.SetIdleTimeout(idle))
		for range 2 {
			h := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
			untilWaiting(t, rt, 1)
			for range 10 {
				must(t, rt.Yield()) // the silence before this wait does not count
			}
			writeText(t, b, "x")
			if _, err := h.Join(); err != nil {
				t.Errorf("read: %v", err)
			}
			must(t, rt.Sleep(2*idle)) // the timer that this wait has armed fires, and finds nobody
		}
		writeText(t, a, "y")
		if n := rt.Stats().Timers; n != 0 {
			t.Errorf("%d timers", n)
		}
	})
}

// A new idle timeout during a wait replaces the old one.
func TestIdleTimeoutChangedDuringWait(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		must(t, a.SetIdleTimeout(idle))
		h := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
		untilWaiting(t, rt, 1)
		must(t, a.SetIdleTimeout(-1)) // none
		must(t, rt.Sleep(2*idle))
		if h.Done() {
			t.Error("it ended at the old timeout")
		}
		go a.SetIdleTimeout(idle) // from any goroutine
		_, err := h.Join()
		wantTimeout(t, "read", err)
	})
}

// A timeout counts as one, whatever set it.
func TestTimeoutsAreCounted(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		must(t, a.SetIdleTimeout(1))
		_, err := a.Read(make([]byte, 1))
		must(t, a.SetIdleTimeout(0))
		must(t, a.SetReadDeadline(rt.Now()))
		_, err2 := a.Read(make([]byte, 1))
		err3 := rt.WithTimeout(0, func() error { return rt.Yield() })
		if errors.Join(err, err2, err3) == nil || rt.Stats().Timeouts != 3 {
			t.Errorf("%d timeouts counted", rt.Stats().Timeouts)
		}
	})
}
