package sim_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// A host has not been forgotten if the scenario has crashed it, if it was started again, if the world made it itself, or
// if another one went first and that was enough.
func TestHostsThatNeedNotRun(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.Crash(w.Host("crashed", wait))
		again := w.Host("again", func(rt *eddy.Runtime) error { return nil })
		untilDone(t, w, again)
		w.Restart(again)
		made := false
		w.After(time.Second, func() {
			w.Host("late", wait)
			made = true
		})
		w.RunUntil(func() bool { return made })
	})
	sim.Run(t, 1, func(w *sim.World) {
		ran := 0
		for _, name := range []string{"a", "b"} {
			w.Host(name, func(rt *eddy.Runtime) error {
				ran++
				return wait(rt)
			})
		}
		w.RunUntil(func() bool { return ran > 0 })
		if ran != 1 {
			t.Errorf("%d hosts ran", ran)
		}
	})
}

// A host that never ran is no failure where the scenario was broken off, nor where there is none.
func TestNeverRanWithoutAScenario(t *testing.T) {
	eddytest.Baseline(t)
	t.Run("skipped", func(t *testing.T) {
		sim.Run(t, 1, func(w *sim.World) {
			w.Host("host", wait)
			t.Skip("not today")
		})
	})
	w := sim.New(1, sim.Config{})
	w.Host("host", wait)
	must(t, w.Close())
}
