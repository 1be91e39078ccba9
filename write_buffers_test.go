//go:build unix

package eddy_test

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

func TestWriteBuffers(t *testing.T) {
	lists := map[string]net.Buffers{
		"none":         {},
		"empty":        {nil, {}, nil},
		"one":          {[]byte("one")},
		"some empty":   {nil, []byte("a"), {}, {}, []byte("bc"), nil},
		"many small":   nil,
		"larger parts": {bytes.Repeat([]byte("x"), 5<<20), nil, bytes.Repeat([]byte("y"), 9<<20), []byte("end")},
	}
	for i := range 5000 { // more than one system call takes
		lists["many small"] = append(lists["many small"], bytes.Repeat([]byte{byte(i)}, i%4))
	}
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		for name, list := range lists {
			want := bytes.Join(list, nil)
			bufs := append(net.Buffers(nil), list...)
			writer := eddy.Spawn(rt, func() (int64, error) { return a.WriteBuffers(&bufs) })
			read := make([]byte, len(want))
			if _, err := io.ReadFull(b, read); err != nil || !bytes.Equal(read, want) {
				t.Errorf("%s: other bytes came (%v)", name, err)
			}
			if n, err := writer.Join(); n != int64(len(want)) || err != nil || len(bufs) != 0 {
				t.Errorf("%s: %d of %d bytes, %v, %d buffers left", name, n, len(want), err, len(bufs))
			}
		}
	})
}

// What is left in the buffers after a failure is what did not go out.
func TestWriteBuffersPartly(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		data := make([]byte, 32<<20)
		for i := range data {
			data[i] = byte(i % 253)
		}
		var bufs net.Buffers
		for part := data; len(part) > 0; part = part[1<<20:] {
			bufs = append(bufs, part[:1<<20])
		}
		must(t, a.SetWriteDeadline(rt.Now().Add(20*time.Millisecond)))
		n, err := a.WriteBuffers(&bufs)
		wantTimeout(t, "WriteBuffers", err)
		if rest := bytes.Join(bufs, nil); n == 0 || !bytes.Equal(rest, data[n:]) {
			t.Errorf("%d bytes went out, %d are left", n, len(rest))
		}
		must(t, a.CloseWrite())
		if read, err := io.ReadAll(b); err != nil || !bytes.Equal(read, data[:n]) {
			t.Errorf("the peer got %d bytes, %v", len(read), err)
		}
	})
}

// An empty vectored write sends nothing, so Close has nothing to lose.
func TestEmptyBuffersSendNothing(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		before := rt.Stats().Kernel.Sends
		_, err := a.WriteBuffers(&net.Buffers{nil, nil})
		must(t, err)
		must(t, a.Close())
		if s := rt.Stats(); s.Closing != 0 || s.Kernel.Sends != before {
			t.Errorf("%d closing, %d sends", s.Closing, s.Kernel.Sends-before)
		}
	})
}
