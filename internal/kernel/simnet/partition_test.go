package simnet

import (
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

func TestBytesSentDuringAPartitionComeWithTheNextRetransmission(t *testing.T) {
	x := connected(t)
	x.net.Partition(x.ha, x.hb)
	begin := x.net.Now()
	x.a.send(x.c, []byte("lost"))
	x.run(time.Second) // 0.2, 0.6: the next is at 1.4
	x.net.Heal(x.ha, x.hb)
	x.b.expect(x.s, []byte("lost"))
	x.took(begin, 1400*time.Millisecond)
}

func TestWhatWasOnItsWayBeforeAPartitionArrives(t *testing.T) {
	x := connected(t)
	x.a.send(x.c, []byte("on its way"))
	x.net.Partition(x.ha, x.hb)
	x.a.send(x.c, []byte("too late"))
	x.b.expect(x.s, []byte("on its way"))
	x.b.quiet(x.s, time.Minute)
}

func TestAPartitionThatStaysEndsAWriterButNoReader(t *testing.T) {
	x := connected(t)
	x.net.Partition(x.ha, x.hb)
	begin := x.net.Now()
	x.a.send(x.c, []byte("lost"))
	x.a.fails(x.c, syscall.ETIMEDOUT)
	x.took(begin, 924600*time.Millisecond)
	x.b.quiet(x.s, 100*time.Hour)
}

// The bytes have arrived, but nobody can say so: the writer gives up all the same.
func TestAnAcknowledgementThatIsLostIsAskedFor(t *testing.T) {
	for _, heals := range []bool{true, false} {
		x := connected(t)
		full := make([]byte, x.net.Link(x.ha, x.hb).SendBuffer)
		x.a.send(x.c, full)
		x.net.Partition(x.ha, x.hb)
		x.b.expect(x.s, full)
		if n, errno := x.a.Write(x.c, full); errno != syscall.EAGAIN {
			t.Fatalf("the buffer took %d more bytes: %v", n, errno)
		}
		if !heals {
			x.a.fails(x.c, syscall.ETIMEDOUT)
			continue
		}
		x.run(time.Minute)
		x.net.Heal(x.ha, x.hb)
		x.a.await(x.c, kernel.Writable)
	}
}

func TestAHalfCloseDuringAPartitionComesLater(t *testing.T) {
	x := connected(t)
	x.net.Partition(x.ha, x.hb)
	x.a.send(x.c, []byte("last"))
	x.a.ok(x.a.Close(x.c))
	x.run(10 * time.Second)
	x.net.Heal(x.ha, x.hb)
	x.b.expect(x.s, []byte("last"))
	x.b.await(x.s, kernel.ReadClosed)
}

// The window opens during a partition; the news of it is lost, and the sender asks.
func TestAWindowUpdateThatIsLostIsAskedFor(t *testing.T) {
	x := connected(t)
	x.a.ok(x.a.SetOption(x.c, kernel.OptSendBuffer, 1<<20))
	x.b.ok(x.b.SetOption(x.s, kernel.OptRecvBuffer, 10_000))
	message := pattern(100_000)
	x.a.send(x.c, message)
	x.run(time.Second)
	x.net.Partition(x.ha, x.hb)
	x.b.expect(x.s, message[:20_000])
	x.run(time.Second)
	if _, errno := x.b.Read(x.s, make([]byte, 1)); errno != syscall.EAGAIN {
		t.Fatalf("something came through the partition: %v", errno)
	}
	x.net.Heal(x.ha, x.hb)
	x.b.expect(x.s, message[20_000:])
}

func TestOtherLinksWorkDuringAPartition(t *testing.T) {
	x := connected(t)
	_, c := x.host("carol")
	x.net.Partition(x.ha, x.hb)
	listener, addr := c.listen(kernel.ListenOptions{})
	for _, n := range []*node{x.a, x.b, c} {
		fd := n.dial(addr)
		s := c.accept(listener)
		n.send(fd, []byte("hello"))
		c.expect(s, []byte("hello"))
	}
}
