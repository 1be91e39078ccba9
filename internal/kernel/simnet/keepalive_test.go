package simnet

import (
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// keep switches keep-alive on: after a minute of silence, three probes, ten seconds apart.
func (n *node) keep(fd int) {
	n.ok(n.SetOption(fd, kernel.OptKeepAlive, 1))
	n.ok(n.SetOption(fd, kernel.OptKeepIdle, 60))
	n.ok(n.SetOption(fd, kernel.OptKeepInterval, 10))
	n.ok(n.SetOption(fd, kernel.OptKeepCount, 3))
}

func TestKeepAliveFindsThePeerGone(t *testing.T) {
	for name, gone := range map[string]func(x *connection){
		"crash":     func(x *connection) { x.hb.Crash() },
		"partition": func(x *connection) { x.net.Partition(x.ha, x.hb) },
	} {
		t.Run(name, func(t *testing.T) {
			x := connected(t)
			x.a.keep(x.c)
			x.run(30 * time.Second)
			gone(x)
			x.a.fails(x.c, syscall.ETIMEDOUT)
			x.took(0, 90*time.Second)
		})
	}
}

// A peer that was silent for long has answered probes all the time.
func TestKeepAliveCountsFromTheLastProbe(t *testing.T) {
	x := connected(t)
	x.a.keep(x.c)
	x.run(time.Hour + 10*time.Second)
	x.hb.Crash()
	begin := x.net.Now()
	x.a.fails(x.c, syscall.ETIMEDOUT)
	x.took(begin, 50*time.Second+30*time.Second)
}

func TestKeepAliveFindsARebootedPeer(t *testing.T) {
	x := connected(t)
	x.a.keep(x.c)
	x.hb.Crash()
	x.boot(x.hb)
	x.a.fails(x.c, syscall.ECONNRESET)
	x.took(0, time.Minute)
}

func TestKeepAliveLetsAPeerLiveThatComesBack(t *testing.T) {
	x := connected(t)
	x.a.keep(x.c)
	x.net.Partition(x.ha, x.hb)
	x.run(75 * time.Second) // one probe is lost
	x.net.Heal(x.ha, x.hb)
	x.a.quiet(x.c, time.Hour)
	x.a.send(x.c, []byte("still here"))
	x.b.expect(x.s, []byte("still here"))
}

func TestWithoutKeepAliveNobodyNotices(t *testing.T) {
	x := connected(t)
	x.hb.Crash()
	x.a.quiet(x.c, 1000*time.Hour)
}

func TestKeepAliveSwitchedOnLaterWorksToo(t *testing.T) {
	for _, later := range []struct {
		o             kernel.Option
		before, after int
	}{{kernel.OptKeepAlive, 0, 1}, {kernel.OptKeepIdle, 20_000, 60}} {
		x := connected(t)
		x.a.keep(x.c)
		x.a.ok(x.a.SetOption(x.c, later.o, later.before))
		x.hb.Crash()
		x.run(time.Hour)
		begin := x.net.Now()
		x.a.ok(x.a.SetOption(x.c, later.o, later.after))
		x.a.fails(x.c, syscall.ETIMEDOUT)
		if took := x.net.Now() - begin; took > 91*time.Second {
			t.Errorf("option %d: it took %v", later.o, took)
		}
	}
}

func TestAnIdleConnectionCausesNothing(t *testing.T) {
	x := connected(t)
	x.a.keep(x.c)
	x.b.keep(x.s)
	x.run(time.Minute)
	if at, ok := x.net.Next(); ok {
		t.Errorf("something will happen at %v", at)
	}
	if n := len(x.net.alarms.heap); n != 0 {
		t.Errorf("%d alarms are set", n)
	}
}
