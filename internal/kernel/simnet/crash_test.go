package simnet

import (
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

func TestAWriterLearnsOfACrashByRetransmission(t *testing.T) {
	x := connected(t)
	x.hb.Crash()
	x.a.quiet(x.c, time.Hour)
	begin := x.net.Now()
	x.a.send(x.c, []byte("anybody there?"))
	x.a.fails(x.c, syscall.ETIMEDOUT)
	x.took(begin, 924600*time.Millisecond)
}

func TestARebootedHostResetsWhatItDoesNotKnow(t *testing.T) {
	for _, pause := range []time.Duration{0, time.Minute} {
		x := connected(t)
		x.hb.Crash()
		if pause > 0 {
			x.a.send(x.c, []byte("during")) // is lost, and sent again
			x.run(pause)
		}
		b := x.boot(x.hb)
		x.a.quiet(x.c, time.Millisecond) // nobody says anything by himself
		x.a.send(x.c, []byte("after"))
		x.a.fails(x.c, syscall.ECONNRESET)
		if fd := x.a.dial(x.addr); b.Open() != 0 {
			t.Error("the new process has old descriptors")
		} else {
			x.a.fails(fd, syscall.ECONNREFUSED)
		}
	}
}

func TestWhatWasSentBeforeACrashArrives(t *testing.T) {
	x := connected(t)
	x.b.send(x.s, []byte("last words"))
	x.hb.Crash()
	x.a.expect(x.c, []byte("last words"))
	x.a.quiet(x.c, time.Hour)
}

func TestAKilledProcessEndsItsConnections(t *testing.T) {
	x := connected(t)
	unread := x.a.dial(x.addr)
	x.b.accept(x.listener)
	waiting := x.a.dial(x.addr)
	x.a.send(unread, []byte("nobody will read this"))
	x.b.send(x.s, []byte("last words"))
	x.run(time.Second)
	x.hb.Kill()
	x.a.expect(x.c, []byte("last words"))
	if got := x.a.await(x.c, kernel.ReadClosed); got&kernel.Failed != 0 {
		t.Errorf("the connection without unread input: %06b", got)
	}
	x.a.fails(unread, syscall.ECONNRESET)
	x.a.fails(waiting, syscall.ECONNRESET)
	x.a.fails(x.a.dial(x.addr), syscall.ECONNREFUSED) // the machine is up
	b := x.boot(x.hb)
	if _, err := b.Listen(x.addr, kernel.ListenOptions{}); err != nil {
		t.Error(err)
	}
}

func TestADeadKernelLetsItsRuntimeUnwind(t *testing.T) {
	for name, end := range map[string]func(h *Host){"crash": (*Host).Crash, "kill": (*Host).Kill} {
		t.Run(name, func(t *testing.T) {
			x := connected(t)
			x.b.send(x.s, []byte("x"))
			x.run(time.Second)
			end(x.ha)
			calls, entries, virtual := x.net.Calls(), x.net.tape.Entries(), x.net.Now()
			k, p := x.a, make([]byte, 1)
			_, read := k.Read(x.c, p)
			_, write := k.Write(x.c, p)
			_, vectored := k.Writev(x.c, [][]byte{p})
			_, _, accept := k.Accept(x.c)
			_, local := k.LocalAddr(x.c)
			_, option := k.Option(x.c, kernel.OptError)
			for call, errno := range map[string]kernel.Errno{
				"Read": read, "Write": write, "Writev": vectored, "Accept": accept, "LocalAddr": local, "Option": option,
				"Register": k.Register(x.c, 1), "Shutdown": k.Shutdown(x.c, kernel.ShutBoth),
			} {
				if errno != syscall.EIO {
					t.Errorf("%s: %v", call, errno)
				}
			}
			if _, err := k.Listen(x.addr, kernel.ListenOptions{}); err == nil {
				t.Error("Listen works")
			}
			if _, _, err := k.Dial(x.addr, kernel.DialOptions{}); err == nil {
				t.Error("Dial works")
			}
			if errno := k.Deregister(x.c); errno != 0 {
				t.Errorf("Deregister: %v", errno)
			}
			if errno := k.Close(x.c); errno != 0 {
				t.Errorf("Close: %v", errno)
			}
			if !k.Runnable() {
				t.Error("its runtime would not be run")
			}
			begin := k.Now()
			if n := k.wait(time.Hour); n != 0 || k.Now()-begin != time.Hour {
				t.Errorf("a wait of an hour: %d events after %v", n, k.Now()-begin)
			}
			if n := k.wait(-1); n != 1 || k.events[0].Token != kernel.WakeToken {
				t.Errorf("a wait for ever: %v", k.events[:n])
			}
			if err := k.End(); err != nil {
				t.Error(err)
			}
			if x.net.Calls() != calls || x.net.tape.Entries() != entries || x.net.Now() != virtual {
				t.Error("the dead left marks in the world")
			}
			if k.Runnable() {
				t.Error("runnable after its end")
			}
		})
	}
}

// The host crashes while its runtime is parked in a wait: the rest of the wait passes on the dead kernel's own clock.
func TestACrashEndsTheWaitThatGoesOn(t *testing.T) {
	x := connected(t)
	x.net.After(time.Minute, x.ha.Crash)
	begin := x.a.Now()
	if n := x.a.wait(time.Hour); n != 0 {
		t.Errorf("%d events", n)
	}
	if got := x.a.Now() - begin; got != time.Hour {
		t.Errorf("the dead clock shows %v", got)
	}
	if got := x.net.Now(); got > 2*time.Minute {
		t.Errorf("the world's clock shows %v", got)
	}
}

func TestEachBootHasItsOwnClock(t *testing.T) {
	r := newRig(t)
	h, k := r.host("alice")
	r.run(time.Hour)
	if k.Now() != time.Hour || !k.Start().Equal(epoch) {
		t.Errorf("%v since %v", k.Now(), k.Start())
	}
	h.Crash()
	k = r.boot(h)
	if k.Now() != 0 || !k.Start().Equal(epoch.Add(time.Hour)) {
		t.Errorf("%v since %v", k.Now(), k.Start())
	}
}
