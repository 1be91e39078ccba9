package sim_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// A paused host does nothing, and what fell due meanwhile happens afterwards.
func TestPause(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		ticks := 0
		h := w.Host("ticker", func(rt *eddy.Runtime) error {
			for range 10 {
				if err := rt.Sleep(time.Second); err != nil {
					return err
				}
				ticks++
			}
			return nil
		})
		w.Run(3500 * time.Millisecond)
		w.Pause(h)
		w.Run(time.Hour)
		if ticks != 3 {
			t.Errorf("%d ticks, want 3", ticks)
		}
		w.Resume(h)
		w.Run(turn)
		if ticks != 4 {
			t.Errorf("%d ticks right after Resume, want 4", ticks)
		}
		untilDone(t, w, h)
		if got := w.Elapsed(); got != time.Hour+9500*time.Millisecond+7*turn {
			t.Errorf("ended after %v", got)
		}
	})
}

// To its peers a paused host is slow: what they send arrives, and is answered later.
func TestPausedHostStillReceives(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		server := w.Host("server", echo)
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 3))
		w.Run(1500 * time.Millisecond)
		w.Pause(server)
		w.Run(time.Minute)
		if client.Done() {
			t.Error("the client got its answer from a paused host")
		}
		w.Resume(server)
		untilDone(t, w, client)
		must(t, client.Err())
	})
}

// A host that is paused when the world ends is shut down all the same.
func TestPausedAtTheEnd(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		h := w.Host("host", wait)
		w.Run(time.Second)
		w.Pause(h)
	})
}
