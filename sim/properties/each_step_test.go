package properties_test

import (
	"testing"

	"github.com/eddy-go/eddy/sim"
)

// atEachStep runs a scenario in which something happens at a certain step, counted from 0. It reports whether it came to
// that step. Each seed has a step of its own, drawn among so many, in a world with faults or without. In front of the
// first seed all steps there are have their turn, one after the other, in plain worlds.
func atEachStep(t *testing.T, among int, scenario func(t *testing.T, w *sim.World, step int) (reached bool)) {
	first := true
	sim.Run(t, 1, func(w *sim.World) {
		if first {
			first = false
			reached := true
			step := 0
			for ; reached && !t.Failed(); step++ {
				plain := sim.New(w.Seed(), sim.Config{})
				reached = scenario(t, plain, step)
				if err := plain.Close(); err != nil {
					t.Errorf("step %d: %v", step, err)
				}
			}
			t.Logf("%d steps", step-1)
		}
		if w.Rand().IntN(2) == 0 {
			w.SetFaults(withFaults())
		}
		scenario(t, w, w.Rand().IntN(among))
	})
}
