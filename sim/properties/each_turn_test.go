package properties_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F20, F25, F37: a runtime that is shut down from outside, after each turn of the world in turn, ends within its grace
// and leaves nothing. Started again, it works.
func TestShutdownAtEachTurn(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 400, func(t *testing.T, w *sim.World, step int) (reached bool) {
		b := newBusyHost(t, w)
		if !b.runTo(step) {
			return false
		}
		begin := w.Elapsed()
		if w.Rand().IntN(2) == 0 {
			b.handle.Shutdown()
		} else {
			w.Outside(b.host, b.handle.Shutdown)
		}
		if !w.RunUntil(b.host.Done) {
			t.Fatalf("turn %d: the host never ends", step)
		}
		if took := w.Elapsed() - begin; took > time.Second+5*time.Millisecond { // Outside's own delay included
			t.Errorf("turn %d: the end took %v, more than the grace", step, took)
		}
		if err := b.host.Err(); err != nil && !errors.Is(err, eddy.ErrCanceled) && w.Hits() == ([sim.FaultKinds]uint64{}) {
			t.Errorf("turn %d: the host ended with %v", step, err)
		}
		b.again(step)
		return true
	})
}

// F25: so it is with a host that loses its power, or whose program is killed, except that nobody waits for anything.
func TestCrashAtEachTurn(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 400, func(t *testing.T, w *sim.World, step int) (reached bool) {
		b := newBusyHost(t, w)
		if !b.runTo(step) {
			return false
		}
		if w.Rand().IntN(2) == 0 {
			w.Crash(b.host)
		} else {
			w.Kill(b.host)
		}
		b.again(step)
		return true
	})
}

// busyHost is a host that serves, and that is a client of itself and of another one.
type busyHost struct {
	t      *testing.T
	w      *sim.World
	host   *sim.Host
	peer   *sim.Host
	handle *eddy.Handle // of the runtime that runs or ran last
	ended  int          // runs that came to their own end
}

func newBusyHost(t *testing.T, w *sim.World) *busyHost {
	b := &busyHost{t: t, w: w}
	b.peer = w.Host("peer", peerProgram)
	b.host = w.Host("subject", b.program)
	for _, l := range []*sim.Link{w.Link(b.peer, b.host), w.Link(b.host, b.host)} {
		l.SendBuffer, l.RecvBuffer = 4<<10, 4<<10
	}
	return b
}

func (b *busyHost) program(rt *eddy.Runtime) error {
	b.handle = rt.Handle()
	defer b.handle.Release()
	rt.Spawn(func() { _ = peerProgram(rt) }) // serves, also itself
	work := []*eddy.JoinHandle[struct{}]{
		eddy.Spawn(rt, func() (struct{}, error) { return itinerary(rt, b.peer.Address(peerPort)) }),
		eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, overTCP(rt, b.host.Address(peerPort)) }),
		rt.Spawn(func() { // and leaves its connections to the runtime
			for range 2 {
				if s, err := rt.DialTCP(b.host.Address(peerPort)); err == nil {
					_, _ = s.Write(make([]byte, 100))
					_, _ = io.ReadFull(s, make([]byte, 50))
				}
			}
		}),
	}
	for _, h := range work {
		if _, err := h.Join(); err != nil {
			return err
		}
	}
	b.ended++
	return nil
}

// runTo lets so many turns of the world pass, in which the host has one at least. It reports false if the host ends
// before.
func (b *busyHost) runTo(turn int) bool {
	b.w.RunUntil(func() bool { turn--; return b.handle != nil && turn < 0 || b.host.Done() })
	if !b.host.Done() {
		return true
	}
	_ = b.host.Err() // a fault's
	return false
}

// again starts the host once more, in a world without faults.
func (b *busyHost) again(step int) {
	b.w.SetFaults(sim.Faults{})
	b.w.Restart(b.host)
	before := b.ended
	if !b.w.RunUntil(b.host.Done) || b.ended != before+1 {
		b.t.Errorf("turn %d: started again, the host does not come to its end: %v", step, b.host.Err())
	}
}
