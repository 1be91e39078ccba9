//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// Code that copies and comes to be another task's, because its own has given it up or because somebody else awaits it,
// copies on: it does not wait for wakes that its former task gets.
func TestACopyThatChangesTasks(t *testing.T) {
	pollOnce := func(rt *eddy.Runtime, f eddy.Future[int64]) {
		eddy.Await[struct{}](rt, future.Func(func(cx *future.Context) (struct{}, error) {
			f.Poll(cx)
			return struct{}{}, nil
		}))
	}
	for name, change := range map[string]func(rt *eddy.Runtime, s *eddy.TCPStream){
		"adopted": func(rt *eddy.Runtime, s *eddy.TCPStream) {
			f := eddy.Async(rt, func() (n int64, err error) { return n, shieldedCopy(rt, s) })
			pollOnce(rt, f)
			f.Cancel()
		},
		"adopted from its own task": func(rt *eddy.Runtime, s *eddy.TCPStream) {
			var f eddy.Future[int64]
			f = eddy.Async(rt, func() (n int64, err error) {
				f.Cancel() // inside itself: it is given up when it waits
				return n, shieldedCopy(rt, s)
			})
			eddy.SpawnFuture(rt, f).Join()
		},
		"spawned": func(rt *eddy.Runtime, s *eddy.TCPStream) {
			f := eddy.Async(rt, func() (int64, error) { return io.Copy(s, s) })
			pollOnce(rt, f)
			eddy.SpawnFuture(rt, f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				a, b := tcpPair(t, rt)
				writeText(t, b, "flags") // b's write flag is up now, or the loop would leave the first wake to the task
				readText(t, a, "flags")
				change(rt, b)
				untilWaiting(t, rt, 1)
				for range 2 {
					before := rt.Stats().BytesIn
					writeText(t, a, "hello")
					until(t, rt, "the copy has read", func() bool { return rt.Stats().BytesIn == before+5 })
					readText(t, a, "hello")
				}
				must(t, a.Close())
			})
		})
	}
}

// shieldedCopy echoes on s, also when it is canceled.
func shieldedCopy(rt *eddy.Runtime, s *eddy.TCPStream) error {
	return rt.Shield(func() error { _, err := io.Copy(s, s); return err })
}

// aCutCopy starts a copy from b to c, and returns when the loop has copied "hello" and a part of "world", "wo", and the
// task waits for room on c. a is b's peer, and d is c's.
func aCutCopy(t *testing.T, rt *eddy.Runtime, k *narrowKernel, a, b, c, d *eddy.TCPStream) *eddy.JoinHandle[int64] {
	t.Helper()
	h := eddy.Spawn(rt, func() (int64, error) { return io.Copy(c, b) })
	untilWaiting(t, rt, 1)
	writeText(t, a, "hello")
	readText(t, d, "hello")
	untilWaiting(t, rt, 1)
	byLoop := false
	k.narrow(t, c, 2, func() { byLoop = eddy.CopiedByLoop(b) == 5 }) // 0 once the task is resumed
	writeText(t, a, "world")
	until(t, rt, "the copy waits for room", func() bool {
		return slices.ContainsFunc(rt.Tasks(), func(task eddy.TaskInfo) bool {
			return task.State == "waiting" && strings.HasPrefix(task.Wait, "write")
		})
	})
	if !byLoop {
		t.Fatal("the loop has cut no write")
	}
	readText(t, d, "wo")
	return h
}

// A copy that is given up when the loop has written a part of what it has read leaves a stream on which nothing may follow.
func TestAnAbandonedCopyLeavesAPartialWrite(t *testing.T) {
	onNarrowKernels(t, func(t *testing.T, rt *eddy.Runtime, k *narrowKernel) {
		a, b := tcpPair(t, rt)
		c, d := tcpPair(t, rt)
		h := aCutCopy(t, rt, k, a, b, c, d)
		h.Cancel()
		if n, err := h.Join(); n != 7 || !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("%d, %v", n, err)
		}
		k.widen(100)
		must(t, rt.Yield()) // c's write flag is up again: what follows need not wait, and must not go out
		if n, err := c.Write([]byte("x")); n != 0 || !errors.Is(err, eddy.ErrPartialWrite) {
			t.Errorf("the next write: %d, %v", n, err)
		}
		writeText(t, a, "again")
		must(t, a.CloseWrite())
		if n, err := io.Copy(c, b); n != 0 || !errors.Is(err, eddy.ErrPartialWrite) {
			t.Errorf("the next copy: %d, %v", n, err)
		}
		must(t, c.CloseWrite())
		if text, err := io.ReadAll(d); len(text) > 0 || err != nil {
			t.Errorf("%q came, %v", text, err)
		}
		must(t, a.Close())
	})
}

// Each of two copies from one stream counts its own bytes, also when the loop copies for one while the other is in the
// midst of a write.
func TestTwoCopiesCountTheirOwn(t *testing.T) {
	onNarrowKernels(t, func(t *testing.T, rt *eddy.Runtime, k *narrowKernel) {
		a, b := tcpPair(t, rt)
		c, d := tcpPair(t, rt)
		e, f := tcpPair(t, rt)
		first := aCutCopy(t, rt, k, a, b, c, d)
		second := eddy.Spawn(rt, func() (int64, error) { return io.Copy(e, b) })
		untilWaiting(t, rt, 2)
		writeText(t, a, "more")
		readText(t, f, "more")
		if n := eddy.CopiedByLoop(b); n != 4 {
			t.Errorf("the loop has copied %d bytes for the second", n)
		}
		k.widen(100)
		readText(t, d, "rld")
		if n, err := first.Join(); n != 10 || err == nil { // it may not read beside the second
			t.Errorf("the first: %d, %v", n, err)
		}
		must(t, a.CloseWrite())
		if n, err := second.Join(); n != 4 || err != nil {
			t.Errorf("the second: %d, %v", n, err)
		}
	})
}
