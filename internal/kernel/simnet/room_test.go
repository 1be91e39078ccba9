package simnet

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// A writer that uses the room which the first acknowledgement gives, before it is told of it, is told of the room that
// later ones give.
func TestRoomUsedEarlyIsToldOfLater(t *testing.T) {
	n := New(tape.Seeded(1), time.Unix(0, 0))
	a, b := n.Host("a"), n.Host("b")
	ka, kb := a.Boot(func() {}), b.Boot(func() {})
	*n.Link(a, b) = Link{
		Latency:    [2]time.Duration{100 * time.Millisecond, 100 * time.Millisecond},
		SendBuffer: 300 << 10, RecvBuffer: 256 << 10, Bandwidth: 10 << 20,
	}
	listener, err := kb.Listen(addrOf(any4.IP.Addr(), 80), kernel.ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fd, _, err := ka.Dial(addrOf(b.Addr(), 80), kernel.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	n.Advance(time.Second)
	kb.Accept(listener)
	ka.Register(fd, 5)
	events, p := make([]kernel.Event, 8), make([]byte, 400<<10)
	ka.collect(events)
	ka.Write(fd, p)
	ka.Write(fd, p) // meets a full buffer: it wants to be told
	acks, early := &ka.sockets[fd].end.out.acks, false
	for {
		at, ok := n.Next()
		if !ok {
			break
		}
		if acks.n > 1 && at > acks.queue[0].at && !early {
			early = true
			n.Advance(acks.queue[0].at + 1)
			ka.Write(fd, p)
			ka.Write(fd, p)
			continue
		}
		n.Advance(at)
		if ka.collect(events) > 0 && early {
			return
		}
	}
	t.Errorf("written early: %v; no event ever came, with %d bytes of room used", early, ka.sockets[fd].end.used())
}
