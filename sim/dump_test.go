package sim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// A dump says of each host how it is, and of each task what it waits for and since when.
func TestDump(t *testing.T) {
	eddytest.Baseline(t)
	w := sim.New(1, sim.Config{})
	own := ""
	w.Host("waiting", func(rt *eddy.Runtime) error {
		own = w.Dump()
		rt.Spawn(func() { rt.Sleep(2 * time.Hour) })
		return wait(rt)
	})
	broken := w.Host("broken", func(rt *eddy.Runtime) error { return errors.New("out of order") })
	paused, killed := w.Host("paused", wait), w.Host("killed", wait)
	w.Host("ended", func(rt *eddy.Runtime) error { return nil })
	w.Run(time.Second)
	w.Pause(paused)
	w.Kill(killed)
	w.Run(time.Hour)
	w.Host("fresh", wait)
	wantIn(t, w.Dump(), "the world after 1h0m1s:",
		"host waiting (10.0.0.1): waiting\n\ttask 1 sim_test.TestDump.func1 dump_test.go:",
		": waiting for a sleep of 1000h0m0s for 1h0m1s", "waiting for a sleep of 2h0m0s for 1h0m1s",
		"host broken (10.0.0.2): ended with out of order\n",
		"host paused (10.0.0.3): paused\n\ttask 1",
		"host killed (10.0.0.4): crashed or killed\n",
		"host ended (10.0.0.5): ended\n",
		"host fresh (10.0.0.6): not started yet",
	)
	wantIn(t, own, "host waiting (10.0.0.1): running\n\ttask 1 sim_test.TestDump.func1 dump_test.go:", ": running")
	if broken.Err() == nil {
		t.Error("no error")
	}
	must(t, w.Close())
}
