package eddy

import (
	"testing"
	"unsafe"

	"github.com/eddy-go/eddy/internal/reactor"
)

// What an idle connection holds, on 64-bit systems, and what few of them need. A size is that of a class of Go's
// allocator or just below: one byte more costs every connection a class.
func TestStreamSizes(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the sizes are those of 64-bit systems")
	}
	for _, c := range []struct {
		what      string
		got, want uintptr
	}{
		{"a stream, with its source, the reader's place in the queue and a copy's state", unsafe.Sizeof(TCPStream{}), 176},
		{"a source: owner, queues, flags and the reactor's slot", unsafe.Sizeof(reactor.Source{}), 56},
		{"a place in a queue: the waker, who waits, and the next one", unsafe.Sizeof(reactor.Waiter{}), 48},
		{"a peer's address", unsafe.Sizeof(peerAddr{}), 16},
		{"deadlines, idle timeout, linger time and a poll's write, once one of them is used", unsafe.Sizeof(extras{}), 192},
		{"a Write that waits", unsafe.Sizeof(WriteFuture{}), 128},
	} {
		if c.got > c.want {
			t.Errorf("%s: %d bytes, want at most %d", c.what, c.got, c.want)
		}
	}
}
