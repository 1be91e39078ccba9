//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// While a copy to a stream waits, the loop moves the bytes: the task is resumed for the end alone.
func TestTheLoopCopies(t *testing.T) {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		a, b := tcpPair(t, rt)
		c, d := tcpPair(t, rt)
		for _, copied := range []struct{ client, from, to, reader *eddy.TCPStream }{{a, b, b, a}, {a, b, c, d}} {
			h := eddy.Spawn(rt, func() (int64, error) { return io.Copy(copied.to, copied.from) })
			untilWaiting(t, rt, 1)
			for i := 1; i <= 3; i++ {
				writeText(t, copied.client, "hello")
				readText(t, copied.reader, "hello")
				untilWaiting(t, rt, 1)
				if n := eddy.CopiedByLoop(copied.from); n != int64(5*i) {
					t.Errorf("the loop has copied %d bytes of %d", n, 5*i)
				}
			}
			must(t, copied.from.SetReadDeadline(rt.Now().Add(-time.Second)))
			if n, err := h.Join(); n != 15 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%d, %v", n, err)
			}
			must(t, copied.from.SetReadDeadline(time.Time{}))
		}
		return nil
	})
	must(t, err)
}

// The bytes are counted, and so is nothing else.
func TestBytesAreCounted(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		rt.Spawn(func() { io.Copy(b, b) })
		untilWaiting(t, rt, 1)
		for range 3 {
			writeText(t, a, "hello")
			readText(t, a, "hello")
		}
		bufs := net.Buffers{[]byte("hel"), []byte("lo")}
		_, err := a.WriteBuffers(&bufs)
		must(t, err)
		readText(t, a, "hello")
		if s := rt.Stats(); s.BytesIn != 40 || s.BytesOut != 40 {
			t.Errorf("%d bytes in, %d out, want 40", s.BytesIn, s.BytesOut)
		}
		must(t, a.Close())
	})
}

// A copy that the loop could not end, because nobody reads, goes on when somebody does, byte for byte.
func TestACopyThatTheLoopCannotEnd(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		h := eddy.Spawn(rt, func() (int64, error) { return io.Copy(b, b) })
		untilWaiting(t, rt, 1)
		sent := make([]byte, 16<<20) // more than the sockets' buffers hold
		for i := range sent {
			sent[i] = byte(i>>12) ^ byte(i)
		}
		rt.Spawn(func() {
			a.Write(sent)
			a.CloseWrite()
		})
		untilWaiting(t, rt, 2) // both writes wait: no buffer has room
		rt.Spawn(func() {
			h.Join()
			b.Close()
		})
		if got, err := io.ReadAll(a); err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
		if n, err := h.Join(); n != int64(len(sent)) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// What ends a copy while it waits, or while bytes come, is what would have ended it in the task, and what went out before
// is in its count.
func TestWhatEndsALoopsCopy(t *testing.T) {
	type streams struct{ client, from, to, reader *eddy.TCPStream }
	for name, c := range map[string]struct {
		end  func(t *testing.T, rt *eddy.Runtime, s streams)
		want error
	}{
		"the end":           {func(t *testing.T, _ *eddy.Runtime, s streams) { must(t, s.client.CloseWrite()) }, nil},
		"CloseRead":         {func(t *testing.T, _ *eddy.Runtime, s streams) { must(t, s.from.CloseRead()) }, nil},
		"Close of the read": {func(t *testing.T, _ *eddy.Runtime, s streams) { must(t, s.from.Close()) }, net.ErrClosed},
		"Close of the written": {func(t *testing.T, _ *eddy.Runtime, s streams) {
			must(t, s.to.Close())
			writeText(t, s.client, "more")
		}, net.ErrClosed},
		"a deadline": {func(t *testing.T, rt *eddy.Runtime, s streams) {
			must(t, s.from.SetReadDeadline(rt.Now().Add(time.Millisecond)))
		}, os.ErrDeadlineExceeded},
		"a write deadline": {func(t *testing.T, rt *eddy.Runtime, s streams) {
			must(t, s.to.SetWriteDeadline(rt.Now().Add(-time.Second)))
			writeText(t, s.client, "more")
		}, os.ErrDeadlineExceeded},
		"the idle timeout": {func(t *testing.T, _ *eddy.Runtime, s streams) {
			must(t, s.from.SetIdleTimeout(time.Millisecond))
		}, os.ErrDeadlineExceeded},
		"a reset": {func(t *testing.T, _ *eddy.Runtime, s streams) {
			must(t, s.client.SetLinger(0))
			must(t, s.client.Close())
		}, syscall.ECONNRESET},
		"an end of writing": {func(t *testing.T, _ *eddy.Runtime, s streams) {
			must(t, s.to.CloseWrite())
			writeText(t, s.client, "more")
		}, syscall.EPIPE},
	} {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				var s streams
				s.client, s.from = tcpPair(t, rt)
				s.to, s.reader = tcpPair(t, rt)
				h := eddy.Spawn(rt, func() (int64, error) { return io.Copy(s.to, s.from) })
				untilWaiting(t, rt, 1)
				writeText(t, s.client, "hello")
				readText(t, s.reader, "hello")
				untilWaiting(t, rt, 1)
				c.end(t, rt, s)
				if n, err := h.Join(); n != 5 || !errors.Is(err, c.want) {
					t.Errorf("%d, %v; want 5, %v", n, err, c.want)
				}
			})
		})
	}
}
