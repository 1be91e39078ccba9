package simnet

import (
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

func (r *rig) faults(kinds ...Fault) {
	var f Faults
	for _, kind := range kinds {
		f[kind].Chance = 1
	}
	r.net.SetFaults(f)
}

func TestAHalfOpenConnectionIsFoundByWhoWritesOrAsks(t *testing.T) {
	x := connected(t)
	x.b.keep(x.s)
	x.faults(HalfOpen)
	begin := x.net.Now()
	x.a.send(x.c, []byte("into the void"))
	x.faults()
	if hits := x.net.Hits()[HalfOpen]; hits != 1 {
		t.Errorf("%d hits", hits)
	}
	x.b.fails(x.s, syscall.ETIMEDOUT)
	x.took(begin, 90*time.Second)
	x.a.fails(x.c, syscall.ETIMEDOUT)
	x.took(begin, 924600*time.Millisecond)

	fd := x.a.dial(x.addr) // other connections are not concerned
	x.a.await(fd, kernel.Writable)
}

// The reset of a close is lost: the peer stays until it says something, or asks.
func TestAResetThatIsLostLeavesTheConnectionHalfOpen(t *testing.T) {
	x := connected(t)
	x.b.keep(x.s)
	x.net.Partition(x.ha, x.hb)
	x.a.ok(x.a.SetOption(x.c, kernel.OptResetOnClose, 1))
	x.a.ok(x.a.Close(x.c))
	x.run(time.Second)
	x.net.Heal(x.ha, x.hb)
	x.b.quiet(x.s, 30*time.Second)
	x.b.fails(x.s, syscall.ECONNRESET)
}

// The bytes have arrived where nobody reads them, and the reset that says so is lost: they are sent again.
func TestAResetThatAnswersBytesIsAskedForAgain(t *testing.T) {
	x := connected(t)
	x.b.ok(x.b.Close(x.s))
	x.a.await(x.c, kernel.ReadClosed)
	x.a.send(x.c, []byte("nobody will read this"))
	x.net.Partition(x.ha, x.hb)
	x.run(time.Second)
	x.net.Heal(x.ha, x.hb)
	x.a.fails(x.c, syscall.EPIPE)
}
