package simnet

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

func TestTheNetworkResetsBothEnds(t *testing.T) {
	x := connected(t)
	x.strike(Reset, func() {
		x.a.send(x.c, []byte("x"))
		x.b.fails(x.s, syscall.ECONNRESET)
		x.a.fails(x.c, syscall.ECONNRESET)
	})

	x = connected(t)
	x.net.Link(x.ha, x.hb).Reset = 1
	x.a.send(x.c, []byte("x"))
	x.b.fails(x.s, syscall.ECONNRESET)
	x.a.fails(x.c, syscall.ECONNRESET)
	if hits := x.net.Hits()[Reset]; hits != 1 {
		t.Errorf("%d hits", hits)
	}
}

func TestTheEndComesWithTheLastData(t *testing.T) {
	for range 20 {
		x := connected(t)
		x.net.Link(x.ha, x.hb).Latency = [2]time.Duration{time.Microsecond, time.Second}
		x.b.settle()
		x.strike(EndWithData, func() {
			x.a.send(x.c, []byte("last"))
			x.a.ok(x.a.Close(x.c))
		})
		x.b.wait(-1)
		if got := x.b.seen[x.s]; got&kernel.Readable == 0 || got&kernel.ReadClosed == 0 {
			t.Fatalf("%06b", got)
		}
		x.b.expect(x.s, []byte("last"))
		if n, errno := x.b.Read(x.s, make([]byte, 1)); n != 0 || errno != 0 {
			t.Fatalf("%d, %v", n, errno)
		}
	}
}

func TestAStalledDirectionDeliversLater(t *testing.T) {
	x := connected(t)
	begin := x.net.Now()
	x.strike(Stall, func() { x.a.send(x.c, []byte("x")) })
	x.b.send(x.s, []byte("y"))
	x.a.expect(x.c, []byte("y")) // the other direction flows
	if took := x.net.Now() - begin; took > 10*time.Millisecond {
		t.Errorf("the other direction took %v", took)
	}
	x.b.expect(x.s, []byte("x"))
	if took := x.net.Now() - begin; took < 10*time.Millisecond || took > 5*time.Second+time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

func TestAnOffloadedFunctionRunsAtOnceAndPostsLater(t *testing.T) {
	x := connected(t)
	offload := func() time.Duration {
		begin, ran := x.net.Now(), false
		posted := time.Duration(-1)
		x.a.Offload(func() { ran = true; runtime.Goexit() }, func() { posted = x.net.Now() - begin })
		if !ran || posted >= 0 {
			t.Fatalf("ran %v, posted %v", ran, posted)
		}
		x.run(slow)
		return posted
	}
	if d := offload(); d < quickest || d > quick {
		t.Errorf("it took %v", d)
	}
	slowest := time.Duration(0)
	x.strike(SlowOffload, func() {
		for range 10 {
			slowest = max(slowest, offload())
		}
	})
	if slowest < time.Second || slowest > slow {
		t.Errorf("the slowest of ten took %v", slowest)
	}
	x.a.Offload(func() {}, func() { t.Error("posted after a crash") })
	x.ha.Crash()
	x.run(slow)
}
