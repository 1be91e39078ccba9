package simnet

import (
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

func TestBandwidthIsTheLinksNotTheConnections(t *testing.T) {
	x := connected(t)
	x.net.Link(x.ha, x.hb).Bandwidth = 100_000
	begin := x.net.Now()
	second := x.a.dial(x.addr)
	s := x.b.accept(x.listener)
	message := pattern(100_000)
	x.a.send(x.c, message)
	x.a.send(second, message)
	x.b.expect(x.s, message)
	x.b.expect(s, message)
	if took := x.net.Now() - begin; took < 2*time.Second || took > 2200*time.Millisecond {
		t.Errorf("200 kB took %v at 100 kB a second", took)
	}
}

func TestTheDirectionsOfALinkAreApart(t *testing.T) {
	x := connected(t)
	x.net.Link(x.ha, x.hb).Bandwidth = 100_000
	begin := x.net.Now()
	message := pattern(100_000)
	x.a.send(x.c, message)
	x.b.send(x.s, message)
	x.b.expect(x.s, message)
	x.a.expect(x.c, message)
	if took := x.net.Now() - begin; took > 1200*time.Millisecond {
		t.Errorf("100 kB each way took %v at 100 kB a second", took)
	}
}

func TestBytesOfASlowLinkComeBitByBit(t *testing.T) {
	x := connected(t)
	x.net.Link(x.ha, x.hb).Bandwidth = 10_000
	x.a.send(x.c, pattern(20_000))
	x.run(time.Second)
	n, errno := x.b.Read(x.s, make([]byte, 20_000))
	if errno != 0 || n < 5_000 || n > 10_000 {
		t.Errorf("after a second there are %d bytes: %v", n, errno)
	}
}

func TestAReaderWithoutRoomStopsTheWriter(t *testing.T) {
	x := connected(t)
	x.b.ok(x.b.SetOption(x.s, kernel.OptRecvBuffer, 8192))
	x.a.ok(x.a.SetOption(x.c, kernel.OptSendBuffer, 16384))
	total := 0
	for range 100 {
		n, _ := x.a.Write(x.c, pattern(1000))
		total += n
		x.run(time.Second)
	}
	if most := 2*8192 + 2*16384; total != most {
		t.Errorf("%d bytes were taken, there is room for %d", total, most)
	}
	x.a.quiet(x.c, time.Hour)
	if _, errno := x.b.Read(x.s, make([]byte, 16384)); errno != 0 {
		t.Fatal(errno)
	}
	x.a.await(x.c, kernel.Writable)
}

// The write comes after the bytes have arrived, and before the acknowledgement that makes room.
func TestAWriterIsToldOfRoomThatIsOnItsWay(t *testing.T) {
	x := connected(t)
	link := x.net.Link(x.ha, x.hb)
	link.Latency = [2]time.Duration{time.Millisecond, time.Millisecond}
	x.a.send(x.c, make([]byte, link.SendBuffer))
	x.run(1500 * time.Microsecond)
	if _, errno := x.a.Write(x.c, []byte("x")); errno != syscall.EAGAIN {
		t.Fatal(errno)
	}
	x.a.await(x.c, kernel.Writable)
}

func TestLatencyIsTheLinks(t *testing.T) {
	x := connected(t)
	x.net.Link(x.ha, x.hb).Latency = [2]time.Duration{30 * time.Millisecond, 40 * time.Millisecond}
	var least, most time.Duration = time.Hour, 0
	for range 100 {
		begin := x.net.Now()
		x.a.send(x.c, []byte("x"))
		x.b.expect(x.s, []byte("x"))
		took := x.net.Now() - begin
		least, most = min(least, took), max(most, took)
	}
	if least < 30*time.Millisecond || most > 40*time.Millisecond || most-least < 5*time.Millisecond {
		t.Errorf("from %v to %v", least, most)
	}
}
