//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F31: two reads that wait would share the stream at random: the second is an error that names both tasks.
func TestTwoReadsAreAnError(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		first := rt.Spawn(func() { readText(t, a, "to the first") })
		untilWaiting(t, rt, 1)
		reads := map[string]func() error{
			"Read":       func() error { _, err := a.Read(make([]byte, 1)); return err },
			"ReadFuture": func() error { _, err := eddy.Await[int](rt, a.ReadFuture(make([]byte, 1))); return err },
			"Readable":   func() error { _, err := eddy.Await(rt, a.Readable()); return err },
			"WriteTo":    func() error { _, err := a.WriteTo(io.Discard); return err },
		}
		for name, read := range reads {
			err := read()
			if err == nil || !strings.Contains(err.Error(), "task 1") || !strings.Contains(err.Error(), "task 2") {
				t.Errorf("%s: %v", name, err)
			}
		}
		writeText(t, b, "to the first")
		_, err := first.Join()
		must(t, err)
		copying := rt.Spawn(func() { a.WriteTo(io.Discard) })
		untilWaiting(t, rt, 1)
		if err := reads["WriteTo"](); err == nil || !strings.Contains(err.Error(), "is waiting for it already") {
			t.Errorf("two copies: %v", err)
		}
		copying.Cancel()
		copying.Join()
		writeText(t, b, "x") // and afterwards a read is as good as ever
		readText(t, a, "x")
	})
}

// Writes of several tasks queue: each goes out whole, in the order in which they began.
func TestWritesQueueWhole(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		const writers, size = 4, 8 << 20
		var handles []*eddy.JoinHandle[int]
		for i := range writers {
			handles = append(handles, eddy.Spawn(rt, func() (int, error) {
				return a.Write(bytes.Repeat([]byte{'a' + byte(i)}, size))
			}))
		}
		untilWaiting(t, rt, writers)
		empty := eddy.Spawn(rt, func() (int, error) { return a.Write(nil) })
		for i := range writers {
			part := make([]byte, size)
			if _, err := io.ReadFull(b, part); err != nil || bytes.Count(part, []byte{'a' + byte(i)}) != size {
				t.Fatalf("part %d is mixed with others (%v)", i, err)
			}
		}
		for i, h := range handles {
			if n, err := h.Join(); n != size || err != nil {
				t.Errorf("writer %d: %d, %v", i, n, err)
			}
		}
		if n, err := empty.Join(); n != 0 || err != nil {
			t.Errorf("the empty one: %d, %v", n, err)
		}
	})
}

// After a write was abandoned half-way the peer would take the next bytes for the rest of it: the stream refuses them,
// also from those who wait already.
func TestAbandonedPartialWriteEndsWriting(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		first := a.WriteFuture(make([]byte, 32<<20))
		h := eddy.SpawnFuture(rt, eddy.Future[int](first))
		waiting := eddy.Spawn(rt, func() (int, error) { return a.Write([]byte("x")) })
		untilWaiting(t, rt, 2)
		h.Cancel()
		if _, err := h.Join(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("got %v", err)
		}
		n := first.Written()
		if n <= 0 || n >= 32<<20 {
			t.Errorf("%d bytes went out", n)
		}
		if n, err := waiting.Join(); n != 0 || !errors.Is(err, eddy.ErrPartialWrite) {
			t.Errorf("the write behind it: %d, %v", n, err)
		}
		if _, err := a.Write([]byte("x")); !errors.Is(err, eddy.ErrPartialWrite) {
			t.Errorf("the next write: %v", err)
		}
		must(t, a.CloseWrite())
		if m, err := b.WriteTo(io.Discard); m != int64(n) || err != nil {
			t.Errorf("the peer got %d of %d bytes, %v", m, n, err)
		}
	})
}

// A write that was abandoned before anything went out leaves the stream as it was, and gives its turn to the next.
func TestAbandonedWriteWithoutEffect(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		n := fill(t, rt, a)
		w := a.WriteFuture([]byte("never sent"))
		_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, eddy.Future[int](w)))
		if !isDeadline(err) || w.Written() != 0 {
			t.Errorf("%v, %d written", err, w.Written())
		}
		next := eddy.Spawn(rt, func() (int, error) { return a.Write([]byte("sent")) })
		_, err = io.CopyN(io.Discard, b, int64(n))
		must(t, err)
		readText(t, b, "sent")
		_, err = next.Join()
		must(t, err)
	})
}

// A read that was cancelled has consumed nothing.
func TestCancelledReadConsumesNothing(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		buf := make([]byte, 10)
		_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, eddy.Future[int](a.ReadFuture(buf))))
		if !isDeadline(err) {
			t.Errorf("got %v", err)
		}
		h := eddy.SpawnFuture(rt, eddy.Future[int](a.ReadFuture(buf)))
		untilWaiting(t, rt, 1)
		h.Cancel()
		writeText(t, b, "hello") // while the cancelled task is on its way out
		h.Join()
		readText(t, a, "hello")
	})
}

// Finished futures panic when they are polled again.
func TestFinishedFuturesPanic(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		again := func(f func() error) {
			f()
			if panicOf(func() { f() }) == nil {
				t.Error("no panic")
			}
		}
		read, write, readable := eddy.Future[int](a.ReadFuture(nil)), eddy.Future[int](a.WriteFuture(nil)), a.Readable()
		must(t, b.CloseWrite())
		again(func() error { _, err := eddy.Await(rt, read); return err })
		again(func() error { _, err := eddy.Await(rt, write); return err })
		again(func() error { _, err := eddy.Await(rt, readable); return err })
		dial, accept := rt.DialFuture(l.Addr().String()), l.AcceptFuture()
		again(func() error { _, err := eddy.Await(rt, dial); return err })
		again(func() error { _, err := eddy.Await(rt, accept); return err })
		offload := eddy.Offload(rt, func() (int, error) { return 0, nil })
		again(func() error { _, err := eddy.Await(rt, offload); return err })
	})
}

// F9: a write that makes many calls lets others run in between, and still no other write comes in between.
func TestLongWriteYieldsAndKeepsItsTurn(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		inTurn, most := 0, 0 // writes since another task ran
		stingy := &scriptedKernel{Kernel: k, write: func(fd int, p []byte) (int, kernel.Errno) {
			inTurn++
			most = max(most, inTurn)
			return k.Write(fd, p[:1])
		}}
		blockOn(t, newRuntime(t, eddy.Config{}, stingy), func(t *testing.T, rt *eddy.Runtime) {
			a, b := unixPair(t, rt) // where a short write proves nothing, so the next call follows at once
			must(t, a.SetWriteBuffer(4<<20))
			must(t, rt.Yield())
			const writers, size = 3, 1000
			for i := range writers {
				rt.Spawn(func() { a.Write(bytes.Repeat([]byte{'a' + byte(i)}, size)) })
			}
			reader := eddy.Spawn(rt, func() (struct{}, error) {
				for i := range writers {
					readText(t, b, strings.Repeat(string(rune('a'+i)), size))
				}
				return struct{}{}, nil
			})
			until(t, rt, "everything is read", func() bool { inTurn = 0; return reader.Done() })
			if most > writers*200 {
				t.Errorf("%d writes without a turn for others", most)
			}
		})
	})
}
