package simnet

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

func TestOutsideComesWithinOneOfTheNextCalls(t *testing.T) {
	seen := make(map[int]bool)
	for seed := range uint64(300) {
		x := onTape(t, tape.Seeded(seed)).connection()
		calls, at := 0, -1
		x.ha.Outside(func() { at = calls })
		for ; calls < maxWait; calls++ {
			x.a.LocalAddr(x.c)
		}
		if at < 0 {
			t.Fatal("it was never called")
		}
		seen[at] = true
	}
	if len(seen) < maxWait/2 {
		t.Errorf("it came at %d different calls", len(seen))
	}
}

func TestOutsideComesBeforeAKernelParks(t *testing.T) {
	for seed := range uint64(50) {
		x := onTape(t, tape.Seeded(seed)).connection()
		x.a.settle()
		x.ha.Outside(x.a.Wake)
		begin := x.net.Now()
		if x.a.wait(time.Hour); x.net.Now() != begin {
			t.Errorf("the wake came after %v", x.net.Now()-begin)
		}
	}
}

func TestOutsideComesToAParkedKernel(t *testing.T) {
	x := connected(t)
	x.a.settle()
	begin, visits := x.net.Now(), 0
	x.net.After(time.Second, func() { x.ha.Outside(func() { visits++ }) })
	x.net.After(2*time.Second, func() { x.ha.Outside(x.a.Wake) })
	if n, _ := x.a.Wait(x.a.events, time.Hour); n != 1 || x.a.events[0].Token != kernel.WakeToken {
		t.Errorf("%v", x.a.events[:n])
	}
	x.took(begin, 2*time.Second)
	if visits != 1 {
		t.Errorf("%d visits: the wait goes on after one that wakes nobody", visits)
	}
}

func TestNothingComesFromOutsideOfTheDead(t *testing.T) {
	x := connected(t)
	x.ha.Outside(func() { t.Error("called before the crash, by nobody's call") })
	x.ha.Crash()
	x.ha.Outside(func() { t.Error("called after the crash") })
	x.a.LocalAddr(x.c)
	x.a.wait(time.Hour)
	x.net.Host("never booted").Outside(func() { t.Error("called on a host that never ran") })
}

// A visitor may be the one who crashes the host.
func TestAVisitorMayCrashTheHost(t *testing.T) {
	for seed := range uint64(50) {
		x := onTape(t, tape.Seeded(seed)).connection()
		x.ha.Outside(x.ha.Crash)
		x.ha.Outside(func() {})
		for range maxWait {
			x.a.LocalAddr(x.c)
			x.a.Read(x.c, make([]byte, 1))
		}
		if !x.a.dead {
			t.Fatal("it lives")
		}
	}
}

// A visitor of a parked kernel may come when it works again, and not only while it is parked.
func TestOutsideMeetsTheKernelAtWork(t *testing.T) {
	parked, working := 0, 0
	for seed := range uint64(100) {
		x := onTape(t, tape.Seeded(seed)).connection()
		x.a.settle()
		x.net.After(time.Second, func() {
			x.ha.Outside(func() {
				if x.a.waiting {
					parked++
				} else {
					working++
				}
				x.a.Wake()
			})
		})
		x.net.After(time.Second+time.Microsecond, x.a.Wake)
		for begin := x.net.Now(); x.net.Now()-begin < 2*time.Second; {
			x.a.wait(2 * time.Second)
			for range maxWait {
				x.a.LocalAddr(x.c)
			}
		}
	}
	if parked < 20 || working < 20 {
		t.Errorf("%d visitors came to a parked kernel, %d to one at work", parked, working)
	}
}
