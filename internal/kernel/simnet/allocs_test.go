package simnet

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

func TestTheHotPathAllocatesNothing(t *testing.T) {
	x := connected(t)
	x.net.SetFaults(Faults{
		ShortRead: {Chance: 0.01}, LateEvent: {Chance: 0.01}, SpuriousEvent: {Chance: 0.01}, FalseReady: {Chance: 0.01},
		ShuffledTasks: {Chance: 0.5},
	})
	p := pattern(4096)
	q := make([]byte, 4096)
	token := kernel.Token(x.s)
	once := func() {
		for rest := p; len(rest) > 0; {
			n, _ := x.a.Write(x.c, rest)
			rest = rest[n:]
		}
		for got := 0; got < len(p); {
			n, errno := x.b.Read(x.s, q)
			got += n
			if errno != 0 {
				x.b.Wait(x.b.events, time.Millisecond)
			}
		}
		x.b.Now()
		x.b.Pick(3)
		x.b.Accept(x.listener)
		x.b.Deregister(x.s)
		x.b.Register(x.s, token)
		taken, _ := x.a.Writev(x.c, [][]byte{p[:1], p[1:2]})
		x.a.Wait(x.a.events, time.Millisecond)
		for got := 0; got < taken; {
			n, _ := x.b.Read(x.s, q)
			got += n
			x.b.Wait(x.b.events, time.Millisecond)
		}
	}
	for range 1000 {
		once()
	}
	if n := testing.AllocsPerRun(1000, once); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The memory of a connection's bytes goes to the next one.
func TestTheMemoryOfAConnectionIsUsedAgain(t *testing.T) {
	x := connected(t)
	for range 100 {
		c := x.a.dial(x.addr)
		s := x.b.accept(x.listener)
		x.a.send(c, pattern(100_000))
		x.b.expect(s, pattern(100_000))
		x.b.send(s, pattern(1000))
		x.a.expect(c, pattern(1000))
		x.a.ok(x.a.Close(c))
		x.b.ok(x.b.Close(s))
		x.run(time.Second)
	}
	for size, free := range x.net.rings.free {
		want := flag(1<<size == 131072 || 1<<size == 1024)
		if len(free) != want {
			t.Errorf("%d rings of %d bytes are kept", len(free), 1<<size)
		}
	}
	for e := x.ha.ends; e != nil; e = e.next {
		if e.sock == nil {
			t.Errorf("%v to %v is left", e.local, e.remote)
		}
	}
}
