//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// Code that copies and comes to be another task's, because its own has given it up or because somebody else awaits it,
// copies on: it does not wait for wakes that its former task gets.
func TestACopyThatChangesTasks(t *testing.T) {
	for name, change := range map[string]func(rt *eddy.Runtime, s *eddy.TCPStream){
		"adopted": func(rt *eddy.Runtime, s *eddy.TCPStream) {
			eddy.Await(rt, eddy.Timeout(time.Millisecond, eddy.Async(rt, func() (struct{}, error) {
				return struct{}{}, rt.Shield(func() error { _, err := io.Copy(s, s); return err })
			})))
		},
		"spawned": func(rt *eddy.Runtime, s *eddy.TCPStream) {
			f := eddy.Async(rt, func() (int64, error) { return io.Copy(s, s) })
			eddy.Await[struct{}](rt, future.Func(func(cx *future.Context) (struct{}, error) {
				f.Poll(cx)
				return struct{}{}, nil
			}))
			eddy.SpawnFuture(rt, f)
			untilWaiting(t, rt, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				a, b := tcpPair(t, rt)
				change(rt, b)
				must(t, a.SetReadDeadline(rt.Now().Add(10*time.Second)))
				for range 2 {
					writeText(t, a, "hello")
					readText(t, a, "hello")
				}
				must(t, a.Close())
			})
		})
	}
}

// untilWriting returns when n tasks wait for room.
func untilWriting(t *testing.T, rt *eddy.Runtime, n int) {
	t.Helper()
	for writing := 0; writing < n; {
		must(t, rt.Sleep(time.Millisecond))
		writing = 0
		for _, task := range rt.Tasks() {
			if task.State == "waiting" && strings.HasPrefix(task.Wait, "write") {
				writing++
			}
		}
	}
}

// A copy that is given up when the loop has written a part of what it has read leaves a stream on which nothing may follow.
func TestAnAbandonedCopyLeavesAPartialWrite(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := tcpPair(t, rt)
		c, d := tcpPair(t, rt)
		h := eddy.Spawn(rt, func() (int64, error) { return io.Copy(c, b) })
		untilWaiting(t, rt, 1)
		rt.Spawn(func() { a.Write(make([]byte, 32<<20)) })
		untilWriting(t, rt, 2)
		h.Cancel()
		copied, err := h.Join()
		if !errors.Is(err, eddy.ErrCanceled) {
			t.Error(err)
		}
		if _, err := c.Write([]byte("x")); copied%(64<<10) != 0 && !errors.Is(err, eddy.ErrPartialWrite) {
			t.Errorf("%d bytes were copied, and the next write: %v", copied, err)
		}
		must(t, c.CloseWrite())
		if n, err := io.Copy(io.Discard, d); n != copied || err != nil {
			t.Errorf("%d bytes of %d came, %v", n, copied, err)
		}
		must(t, a.Close())
	})
}

// Each of two copies from one stream counts its own bytes, also when the loop copies for one while the other is in the
// midst of a write.
func TestTwoCopiesCountTheirOwn(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		a, b := tcpPair(t, rt)
		c, d := tcpPair(t, rt)
		e, f := tcpPair(t, rt)
		first := eddy.Spawn(rt, func() (int64, error) { return io.Copy(c, b) })
		untilWaiting(t, rt, 1)
		writing := rt.Spawn(func() { a.Write(make([]byte, 16<<20)) })
		untilWriting(t, rt, 2)
		second := eddy.Spawn(rt, func() (int64, error) { return io.Copy(e, b) })
		rest := eddy.Spawn(rt, func() (int64, error) { return io.Copy(io.Discard, f) })
		writing.Join()
		untilWaiting(t, rt, 3) // the second copy waits, and the first for room
		before := rt.Stats().BytesIn
		writeText(t, a, "hello")
		for rt.Stats().BytesIn < before+2*5 { // once from a, once from e
			must(t, rt.Sleep(time.Millisecond))
		}
		atFirst := eddy.Spawn(rt, func() (int64, error) { return io.Copy(io.Discard, d) })
		n, _ := first.Join() // it may not read beside the second
		must(t, c.Close())
		must(t, a.CloseWrite())
		m, err := second.Join()
		must(t, err)
		must(t, e.Close())
		came, _ := atFirst.Join()
		cameToo, _ := rest.Join()
		if n != came || m != cameToo || n+m != 16<<20+5 {
			t.Errorf("%d copied and %d came; %d copied and %d came", n, came, m, cameToo)
		}
	})
}
