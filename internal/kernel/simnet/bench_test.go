package simnet

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// BenchmarkPingPong is a message of 512 bytes there and back on one host: two writes, two reads, and the waits.
func BenchmarkPingPong(b *testing.B) {
	k := Standalone(tape.Seeded(1))
	l, _ := k.Listen(kernel.Addr{IP: addrOf(home4, 0).IP}, kernel.ListenOptions{})
	addr, _ := k.LocalAddr(l)
	c, _, _ := k.Dial(addr, kernel.DialOptions{})
	k.Register(l, 1)
	k.Register(c, 2)
	events := make([]kernel.Event, 16)
	s := -1
	for s < 0 {
		k.Wait(events, time.Second)
		s, _, _ = k.Accept(l)
	}
	k.Register(s, 3)
	p := make([]byte, 512)
	pass := func(from, to int) {
		k.Write(from, p)
		for {
			if n, _ := k.Read(to, p); n > 0 {
				return
			}
			k.Wait(events, time.Second)
		}
	}
	before := k.net.Calls()
	b.ReportAllocs()
	for b.Loop() {
		pass(c, s)
		pass(s, c)
	}
	b.ReportMetric(float64(k.net.Calls()-before)/b.Elapsed().Seconds(), "calls/s")
}
