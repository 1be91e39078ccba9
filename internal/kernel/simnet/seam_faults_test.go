package simnet

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// strike switches a fault on, for everything that happens in fn, and checks that it was counted.
func (r *rig) strike(kind Fault, fn func()) {
	r.Helper()
	before := r.net.Hits()[kind]
	r.faults(kind)
	fn()
	r.faults()
	if hits := r.net.Hits()[kind] - before; hits == 0 {
		r.Fatalf("%v: no hit", kind)
	}
}

// settle takes the events that are due anyway.
func (n *node) settle() {
	n.rig.Helper()
	for n.wait(time.Second) > 0 {
	}
	clear(n.seen)
}

func TestAShortReadLeavesTheRest(t *testing.T) {
	for _, urgent := range []bool{true, false} {
		x := connected(t)
		x.b.SetUrgent(urgent)
		x.a.send(x.c, pattern(1000))
		x.b.await(x.s, kernel.Readable)
		x.b.settle()
		got := 0
		x.strike(ShortRead, func() {
			n, errno := x.b.Read(x.s, make([]byte, 1000))
			if errno != 0 || n >= 1000 {
				t.Fatalf("%d, %v", n, errno)
			}
			got = n
		})
		if urgent {
			begin := x.net.Now()
			x.b.await(x.s, kernel.Readable) // the reader took it for all there is
			if late := x.net.Now() - begin; late > 5*time.Millisecond {
				t.Errorf("the edge came %v later", late)
			}
		} else {
			x.b.quiet(x.s, time.Hour)
		}
		x.b.expect(x.s, pattern(1000)[got:])
	}
}

func TestAShortWriteIsFollowedByAnEdge(t *testing.T) {
	x := connected(t)
	x.a.settle()
	got := 0
	x.strike(ShortWrite, func() {
		n, errno := x.a.Write(x.c, pattern(1000))
		if errno != 0 || n >= 1000 {
			t.Fatalf("%d, %v", n, errno)
		}
		got = n
	})
	x.a.await(x.c, kernel.Writable)
	x.b.expect(x.s, pattern(1000)[:got])
	if _, errno := x.b.Read(x.s, make([]byte, 1)); errno != syscall.EAGAIN {
		t.Errorf("more came than was taken: %v", errno)
	}
}

func TestFalseReadinessIsFollowedByAnEdge(t *testing.T) {
	x := connected(t)
	x.a.send(x.c, []byte("x"))
	x.a.dial(x.addr)
	x.run(time.Second)
	x.a.settle()
	x.b.settle()
	for name, call := range map[string]func() (*node, int, kernel.Ready, kernel.Errno){
		"read": func() (*node, int, kernel.Ready, kernel.Errno) {
			_, errno := x.b.Read(x.s, make([]byte, 1))
			return x.b, x.s, kernel.Readable, errno
		},
		"write": func() (*node, int, kernel.Ready, kernel.Errno) {
			_, errno := x.a.Write(x.c, []byte("x"))
			return x.a, x.c, kernel.Writable, errno
		},
		"accept": func() (*node, int, kernel.Ready, kernel.Errno) {
			_, _, errno := x.b.Accept(x.listener)
			return x.b, x.listener, kernel.Readable, errno
		},
	} {
		x.strike(FalseReady, func() {
			n, fd, ready, errno := call()
			if errno != syscall.EAGAIN {
				t.Fatalf("%s: %v", name, errno)
			}
			begin := x.net.Now()
			x.faults()
			n.await(fd, ready)
			if late := x.net.Now() - begin; late > 5*time.Millisecond {
				t.Errorf("%s: the edge came %v later", name, late)
			}
		})
		if _, _, _, errno := call(); errno != 0 {
			t.Errorf("%s, then: %v", name, errno)
		}
	}
}

func TestTheEndOfTheStreamCanBeFalselyNotThere(t *testing.T) {
	x := connected(t)
	x.a.ok(x.a.Close(x.c))
	x.b.await(x.s, kernel.ReadClosed)
	x.b.settle()
	x.strike(FalseReady, func() {
		if _, errno := x.b.Read(x.s, make([]byte, 1)); errno != syscall.EAGAIN {
			t.Fatal(errno)
		}
	})
	x.b.await(x.s, kernel.Readable)
	if n, errno := x.b.Read(x.s, make([]byte, 1)); n != 0 || errno != 0 {
		t.Errorf("%d, %v", n, errno)
	}
}

func TestASpuriousEventTellsNoEnd(t *testing.T) {
	x := connected(t)
	x.b.settle()
	x.strike(SpuriousEvent, func() {
		for range 100 {
			if x.b.wait(time.Hour) != 1 {
				t.Fatal("no event")
			}
		}
	})
	for fd, ready := range x.b.seen {
		if ready&^(kernel.Readable|kernel.Writable) != 0 || ready == 0 {
			t.Errorf("%d: %06b", fd, ready)
		}
	}
	if len(x.b.seen) != 2 {
		t.Errorf("spurious events of %d sockets", len(x.b.seen))
	}
	x.b.quiet(x.s, time.Hour)
}

func TestALateEventComesAtLast(t *testing.T) {
	x := connected(t)
	x.b.settle()
	x.strike(LateEvent, func() {
		x.a.send(x.c, []byte("x"))
		x.run(time.Millisecond) // it has arrived
	})
	begin := x.net.Now()
	x.b.await(x.s, kernel.Readable)
	if late := x.net.Now() - begin; late > latestEvent {
		t.Errorf("the event came %v late", late)
	}
}

func TestMergedEventsComeWithTheNext(t *testing.T) {
	x := connected(t)
	x.b.settle()
	x.strike(MergedEvents, func() {
		x.a.send(x.c, []byte("x"))
		x.run(time.Millisecond)
	})
	x.a.ok(x.a.Shutdown(x.c, kernel.ShutWrite))
	if got := x.b.await(x.s, kernel.Readable); got&kernel.ReadClosed == 0 {
		t.Errorf("%06b", got)
	}
	x.b.quiet(x.s, time.Hour)

	x = connected(t) // or, where there is none, after a while
	x.b.settle()
	x.strike(MergedEvents, func() {
		x.a.send(x.c, []byte("x"))
		x.run(time.Millisecond)
	})
	begin := x.net.Now()
	x.b.await(x.s, kernel.Readable)
	if late := x.net.Now() - begin; late > latestMerge {
		t.Errorf("the event came %v late", late)
	}
}

func TestAcceptFailsForWantAndLosesNothing(t *testing.T) {
	x := connected(t)
	fd := x.a.dial(x.addr)
	x.b.await(x.listener, kernel.Readable)
	x.strike(AcceptFull, func() {
		for range 20 {
			if _, _, errno := x.b.Accept(x.listener); !slices.Contains(wants[:], errno) {
				t.Fatal(errno)
			}
		}
	})
	x.b.quiet(x.listener, time.Hour) // as on Linux no second edge comes
	s, _, errno := x.b.Accept(x.listener)
	x.b.ok(errno)
	x.b.ok(x.b.Register(s, kernel.Token(s)))
	x.a.send(fd, []byte("x"))
	x.b.expect(s, []byte("x"))
}

func TestAcceptFailsWithTheConnection(t *testing.T) {
	x := connected(t)
	fd := x.a.dial(x.addr)
	x.b.await(x.listener, kernel.Readable)
	x.strike(AcceptBroken, func() {
		if _, _, errno := x.b.Accept(x.listener); !slices.Contains(fates[:], errno) {
			t.Fatal(errno)
		}
	})
	x.a.fails(fd, syscall.ECONNRESET)
	if _, _, errno := x.b.Accept(x.listener); errno != syscall.EAGAIN {
		t.Errorf("a second time: %v", errno)
	}
}

func TestAStrayWakeEndsAWait(t *testing.T) {
	x := connected(t)
	x.b.settle()
	x.strike(StrayWake, func() {
		if n, errno := x.b.Wait(x.b.events, time.Hour); n != 1 || errno != 0 || x.b.events[0].Token != kernel.WakeToken {
			t.Errorf("%v, %v", x.b.events[:n], errno)
		}
	})
}

func TestTasksAreShuffled(t *testing.T) {
	x := connected(t)
	if got := x.a.Pick(3); got != 0 {
		t.Errorf("without the fault, %d of 3", got)
	}
	var picked [3]int
	x.strike(ShuffledTasks, func() {
		for range 100 {
			picked[x.a.Pick(3)]++
		}
	})
	if picked[0] == 0 || picked[1] == 0 || picked[2] == 0 {
		t.Errorf("%v", picked)
	}
}

func TestEventsAreShuffled(t *testing.T) {
	x := connected(t)
	clients := []int{x.c}
	for range 3 {
		clients = append(clients, x.a.dial(x.addr))
		x.b.accept(x.listener)
	}
	x.b.settle()
	orders := func() (seen int) {
		orders := make(map[[4]kernel.Token]bool)
		for range 50 {
			for _, c := range clients {
				x.a.send(c, []byte("x"))
				x.run(time.Second)
			}
			n, _ := x.b.Wait(x.b.events, 0)
			if n != 4 {
				t.Fatalf("%d events", n)
			}
			var order [4]kernel.Token
			for i := range order {
				order[i] = x.b.events[i].Token
			}
			orders[order] = true
		}
		return len(orders)
	}
	if n := orders(); n != 1 {
		t.Errorf("without the fault the events came in %d orders", n)
	}
	x.faults(ShuffledTasks)
	if n := orders(); n < 10 {
		t.Errorf("the events came in %d orders", n)
	}
}
