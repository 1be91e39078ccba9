package sim_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// An offloaded function may block, for the loop does not wait for it in production. So may the scenario, and a goroutine.
func TestWhoMayBlock(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		h := w.Host("host", func(rt *eddy.Runtime) error {
			go time.Sleep(3 * time.Minute)
			for range 2 {
				_, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) {
					time.Sleep(time.Minute)
					return 1, nil
				}))
				if err != nil {
					return err
				}
			}
			return nil
		})
		time.Sleep(time.Minute)
		w.Run(time.Second)
		crashed := w.Host("crashed", wait)
		w.Run(time.Second)
		time.Sleep(time.Minute)
		w.Crash(crashed)
		untilDone(t, w, h)
	})
}
