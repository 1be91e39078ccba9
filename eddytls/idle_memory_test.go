package eddytls_test

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// heap is what is in use of it.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first one leaves what pools held
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// F29: a copy holds a buffer only while there is something to copy, and neither does the Conn itself while it is idle.
func TestIdleCopyHoldsNoBuffer(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		const n = 32
		var clients, servers [n]*eddytls.Conn
		for i := range n {
			clients[i], servers[i] = pair(t, rt)
			writeText(t, clients[i], "the first record makes crypto/tls keep a buffer")
			readText(t, servers[i], "the first record makes crypto/tls keep a buffer")
		}
		before := heap()
		var copied [n]counter
		var copies [n]*eddy.JoinHandle[int64]
		for i := range n {
			copies[i] = eddy.Spawn(rt, func() (int64, error) { return io.Copy(&copied[i], servers[i]) })
		}
		for _, c := range clients {
			writeText(t, c, "this is copied")
		}
		for i := range n {
			until(t, rt, "the text is copied", func() bool { return copied[i] == counter(len("this is copied")) })
		}
		untilWaiting(t, rt, n)
		if each := (heap() - before) / n; each > 4<<10 {
			t.Errorf("an idle copy holds %d bytes of heap", each)
		}
		for i := range n {
			must(t, clients[i].Close())
			_, err := copies[i].Join()
			must(t, err)
			must(t, servers[i].Close())
		}
	})
}

// counter counts what is written.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// A copy moves a record as a whole, whatever its size, and says whose fault its end is.
func TestCopy(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := pair(t, rt)
		var all bytes.Buffer
		h := eddy.Spawn(rt, func() (int64, error) { return io.Copy(&all, server) })
		sent := 0
		for _, size := range []int{1, 2, 500, 16 << 10, 1, 70_000} {
			n, err := client.Write(pattern(size))
			must(t, err)
			sent += n
			until(t, rt, "the text is copied", func() bool { return all.Len() == sent })
			if !bytes.HasSuffix(all.Bytes(), pattern(size)) {
				t.Errorf("%d bytes came as something else", size)
			}
		}
		must(t, client.CloseWrite())
		if n, err := h.Join(); err != nil || n != int64(sent) {
			t.Errorf("copied %d bytes of %d: %v", n, sent, err)
		}
		must(t, client.Close())
		must(t, server.Close())

		client, server = pair(t, rt)
		writeText(t, client, "more than it takes")
		if n, err := io.Copy(short{}, server); n != 3 || err != io.ErrShortWrite {
			t.Errorf("%d, %v", n, err)
		}
		writeText(t, client, "more than it takes")
		if n, err := io.Copy(full{}, server); n != 0 || err != io.ErrClosedPipe {
			t.Errorf("%d, %v", n, err)
		}
		must(t, client.Close())
		must(t, server.Close())
	})
}

type short struct{}

func (short) Write([]byte) (int, error) { return 3, nil }

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
