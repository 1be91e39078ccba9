package sim_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F37: a task that ignores its errors, and so never stops to ask, is ended by a crash and by the end of the world all the
// same.
func TestRetryLoopIsEnded(t *testing.T) {
	retry := func(rt *eddy.Runtime) error {
		for {
			if s, err := rt.DialTCP("10.0.0.9:80"); err == nil {
				return s.Close()
			}
			_ = rt.Sleep(100 * time.Millisecond)
		}
	}
	sim.Run(t, 1, func(w *sim.World) {
		short := eddy.Config{Grace: 100 * time.Microsecond} // each failing turn of it costs real time
		crashed := w.HostConfig("crashed", short, retry)
		w.HostConfig("shut down", short, retry)
		w.Run(time.Second)
		w.Crash(crashed)
		if !crashed.Done() {
			t.Error("it goes on after the crash")
		}
	})
}
