package properties_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F25, F37: a runtime with groups that is shut down after each turn in turn, with a grace and without one, ends in time,
// each child's deferred calls have run, and no child outlives its group.
func TestGroupShutdownAtEachTurn(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 2*100, func(t *testing.T, w *sim.World, step int) (reached bool) {
		h := newCrewHost(t, w, step)
		if !h.runTo(step / 2) {
			return false
		}
		begin := w.Elapsed()
		h.handle.Shutdown()
		if !w.RunUntil(h.host.Done) {
			t.Fatalf("turn %d: the host never ends", step/2)
		}
		if took := w.Elapsed() - begin; took > time.Second+5*time.Millisecond {
			t.Errorf("turn %d: the end took %v, more than the grace", step/2, took)
		}
		_ = h.host.Err() // the program's
		h.crew.settled()
		h.again(step / 2)
		return true
	})
}

// F25: so it is with a host that loses its power, except that nobody waits for anything.
func TestGroupCrashAtEachTurn(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 2*100, func(t *testing.T, w *sim.World, step int) (reached bool) {
		h := newCrewHost(t, w, step)
		if !h.runTo(step / 2) {
			return false
		}
		h.crew.t = nil // what is cut off keeps no promises
		if w.Rand().IntN(2) == 0 {
			w.Crash(h.host)
		} else {
			w.Kill(h.host)
		}
		h.again(step / 2)
		return true
	})
}

// crewHost is a host that runs a crew.
type crewHost struct {
	t      *testing.T
	w      *sim.World
	host   *sim.Host
	handle *eddy.Handle
	crew   *crew
}

func newCrewHost(t *testing.T, w *sim.World, step int) *crewHost {
	h := &crewHost{t: t, w: w}
	config := eddy.Config{}
	if step%2 == 1 {
		config.Grace = eddy.NoGrace
	}
	h.host = w.HostConfig("subject", config, func(rt *eddy.Runtime) error {
		h.handle = rt.Handle()
		defer h.handle.Release()
		h.crew = &crew{t: t, rt: rt, before: -1, exposed: step%2 == 1}
		_, err := h.crew.run()
		return err
	})
	return h
}

// runTo lets so many turns of the world pass. It reports false if the host ends before.
func (h *crewHost) runTo(turn int) bool {
	h.w.RunUntil(func() bool { turn--; return h.crew != nil && turn < 0 || h.host.Done() })
	if !h.host.Done() {
		return true
	}
	if err := h.host.Err(); err != nil {
		h.t.Errorf("undisturbed, the host ended with %v", err)
	}
	h.crew.settled()
	return false
}

// again starts the host once more, in a world without faults.
func (h *crewHost) again(turn int) {
	h.w.SetFaults(sim.Faults{})
	h.w.Restart(h.host)
	if !h.w.RunUntil(h.host.Done) || h.crew.ended != 1 {
		h.t.Errorf("turn %d: started again, the host does not come to its end: %v", turn, h.host.Err())
	}
}
