//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
)

// F29: streams that wait for their peers hold no buffer; one serves them all, in turn.
func TestIdleCopiesShareOneBuffer(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, _, _ *eddy.TCPStream) {
		const streams, bufferSize = 100, 64 << 10
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var clients []*eddy.TCPStream
		for i := range streams {
			a, b := tcpPair(t, rt)
			clients = append(clients, a)
			if i%2 == 0 {
				rt.Spawn(func() { io.Copy(b, b) })
			} else {
				rt.Spawn(func() { b.ReadFrom(b) })
			}
		}
		untilWaiting(t, rt, streams)
		for _, c := range clients {
			writeText(t, c, "x")
			readText(t, c, "x")
		}
		untilWaiting(t, rt, streams)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > streams*bufferSize/4 {
			t.Errorf("%d bytes were allocated for %d idle copies", n, streams)
		}
	})
}

// A copy whose write is blocked keeps its buffer, and others get one of their own: no bytes are mixed up.
func TestBlockedCopiesKeepTheirBuffers(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, _, _ *eddy.TCPStream) {
		const streams, size = 6, 12 << 20
		var handles []*eddy.JoinHandle[struct{}]
		for i := range streams {
			a, b := tcpPair(t, rt)
			rt.Spawn(func() { b.WriteTo(b); b.Close() })
			rt.Spawn(func() { a.Write(bytes.Repeat([]byte{byte(i)}, size)); a.CloseWrite() })
			handles = append(handles, rt.Spawn(func() {
				data, err := io.ReadAll(a)
				if err != nil || bytes.Count(data, []byte{byte(i)}) != size || len(data) != size {
					t.Errorf("stream %d got %d bytes, %v", i, len(data), err)
				}
				a.Close()
			}))
		}
		for _, h := range handles {
			h.Join()
		}
	})
}

func TestCopyCounts(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		text := strings.Repeat("all of it ", 10_000)
		writer := eddy.Spawn(rt, func() (int64, error) {
			defer a.CloseWrite()
			return a.ReadFrom(strings.NewReader(text))
		})
		var read bytes.Buffer
		if n, err := b.WriteTo(&read); n != int64(len(text)) || err != nil {
			t.Errorf("WriteTo: %d, %v", n, err)
		}
		if n, err := writer.Join(); n != int64(len(text)) || err != nil {
			t.Errorf("ReadFrom: %d, %v", n, err)
		}
		if read.String() != text {
			t.Error("other bytes came")
		}
	})
}

// ReadFrom another stream is that stream's WriteTo.
func TestCopyBetweenStreams(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		c, d := tcpPair(t, rt)
		copied := eddy.Spawn(rt, func() (int64, error) {
			defer c.CloseWrite()
			return c.ReadFrom(b)
		})
		writeText(t, a, "through")
		must(t, a.CloseWrite())
		readText(t, d, "through")
		if n, err := copied.Join(); n != 7 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := d.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// stingyWriter takes n bytes in all.
type stingyWriter struct {
	n   int
	err error
}

func (w *stingyWriter) Write(p []byte) (int, error) {
	if len(p) <= w.n {
		w.n -= len(p)
		return len(p), nil
	}
	n := w.n
	w.n = 0
	return n, w.err
}

// The copy's error is the writer's or the reader's, and its count is what was taken.
func TestCopyErrors(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		for _, c := range []struct{ err, want error }{{errTest, errTest}, {nil, io.ErrShortWrite}, {io.EOF, io.EOF}} {
			writeText(t, a, "12345")
			if n, err := b.WriteTo(&stingyWriter{3, c.err}); n != 3 || err != c.want {
				t.Errorf("WriteTo: %d, %v; want %v", n, err, c.want)
			}
		}
		if n, err := a.ReadFrom(io.MultiReader(strings.NewReader("123"), errReader{})); n != 3 || err != errTest {
			t.Errorf("ReadFrom: %d, %v", n, err)
		}
		readText(t, b, "123")
		must(t, a.Close())
		if n, err := a.ReadFrom(strings.NewReader("x")); n != 0 || !isClosed(err) {
			t.Errorf("ReadFrom a closed one: %d, %v", n, err)
		}
	})
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errTest }

// Readable is done when a Read would not wait, and holds no place when it is cancelled.
func TestReadable(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		if _, err := eddy.Await(rt, eddy.Timeout(0, a.Readable())); err == nil {
			// It may be done too early, once: then the read finds nothing.
			_, err := eddy.Await(rt, eddy.Timeout(0, eddy.Future[int](a.ReadFuture(make([]byte, 1)))))
			if !isDeadline(err) {
				t.Errorf("read: %v", err)
			}
		}
		h := eddy.SpawnFuture(rt, a.Readable())
		untilWaiting(t, rt, 1)
		h.Cancel()
		if _, err := h.Join(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("got %v", err)
		}
		h = eddy.SpawnFuture(rt, a.Readable()) // its place is free
		untilWaiting(t, rt, 1)
		writeText(t, b, "x")
		_, err := h.Join()
		must(t, err)
		readText(t, a, "x")
		must(t, b.CloseWrite())
		_, err = eddy.Await(rt, a.Readable())
		must(t, err)
		if n, err := a.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("%d, %v", n, err)
		}
	})
}
