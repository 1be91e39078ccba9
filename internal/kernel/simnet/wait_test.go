package simnet

import (
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

func TestAWaitThatFindsNothingTakesAMicrosecond(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	for _, timeout := range []time.Duration{0, 1, 999, time.Microsecond} {
		begin := r.net.Now()
		if n := a.wait(timeout); n != 0 || r.net.Now()-begin != time.Microsecond {
			t.Errorf("a wait of %v: %d events after %v", timeout, n, r.net.Now()-begin)
		}
	}
	if _, errno := a.Wait(nil, 0); errno != syscall.EINVAL {
		t.Errorf("a wait without room: %v", errno)
	}
}

// A loop that always finds something, by its own doing, cannot stop the world's clock.
func TestALoopThatWakesItselfDoesNotStopTheClock(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	happened := false
	r.net.After(time.Millisecond, func() { happened = true })
	for range maxBusy + 1001 {
		a.Wake()
		if a.wait(-1) != 1 {
			t.Fatal("no wake")
		}
		if happened {
			return
		}
	}
	t.Errorf("after many waits it is %v", r.net.Now())
}

func TestTheDriverIsToldWhatIsRunnable(t *testing.T) {
	x := connected(t)
	x.b.settle()
	var states []bool
	k := x.hb.kernel
	note := func() { states = append(states, k.Runnable()) }
	x.net.After(time.Second, note)
	x.net.After(2*time.Second, func() { k.Wake(); note() })
	if x.b.wait(time.Hour) != 1 {
		t.Error("no wake")
	}
	x.net.After(time.Second, note)
	x.net.After(time.Minute, note) // when the wait is over, too
	x.b.wait(time.Minute)
	want := []bool{false, true, false, true}
	for i := range want {
		if i >= len(states) || states[i] != want[i] {
			t.Fatalf("%v, want %v", states, want)
		}
	}
}

// The hook is called for a wake that ends a wait, from the waker's goroutine; many wakes are one.
func TestOnWakeIsCalledWhileParked(t *testing.T) {
	n := New(tape.Seeded(1), epoch)
	var calls atomic.Int64
	var k *Kernel
	bell := make(chan struct{}, 1)
	k = n.Host("alice").Boot(func() {
		for !k.Runnable() {
			<-bell
		}
	})
	k.OnWake(func() {
		calls.Add(1)
		select {
		case bell <- struct{}{}:
		default:
		}
	})
	k.Wake()
	k.Wake()
	if calls.Load() != 0 {
		t.Error("called while the host runs")
	}
	events := make([]kernel.Event, 1)
	k.Wait(events, -1)
	for range 1000 {
		var waker sync.WaitGroup
		waker.Go(k.Wake)
		if got, _ := k.Wait(events, -1); got != 1 || events[0].Token != kernel.WakeToken {
			t.Fatal(events)
		}
		waker.Wait()
	}
	if calls.Load() > 1000 {
		t.Errorf("%d calls", calls.Load())
	}
}

func TestAStandaloneKernelDoesNotRunAway(t *testing.T) {
	k := Standalone(tape.Seeded(1))
	events := make([]kernel.Event, 1)
	begin := k.Now()
	var waker sync.WaitGroup
	waker.Go(k.Wake)
	for n := 0; n == 0; {
		n, _ = k.Wait(events, 2*time.Hour)
	}
	waker.Wait()
	if k.Now()-begin >= time.Hour {
		t.Errorf("the clock ran to %v", k.Now())
	}
}
