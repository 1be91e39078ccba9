package sim_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// idlers are a server that waits on many connections with an idle timeout, and the client that holds them open.
func idlers(w *sim.World, conns int, idle time.Duration, timedOut *int) {
	server := w.Host("server", func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("0.0.0.0:7")
		if err != nil {
			return err
		}
		for {
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				defer s.Close()
				s.SetIdleTimeout(idle)
				if _, err := s.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
					*timedOut++
				}
			})
		}
	})
	w.Host("client", func(rt *eddy.Runtime) error {
		for range conns {
			s, err := rt.DialTCP(server.Address(port))
			if err != nil {
				return err
			}
			defer s.Close()
		}
		return wait(rt)
	})
}

// An hour in which nothing happens is jumped over.
func TestIdleHourJumps(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		timedOut := 0
		idlers(w, 50, time.Hour, &timedOut)
		w.Run(time.Hour - time.Second)
		if timedOut != 0 {
			t.Errorf("%d connections timed out early", timedOut)
		}
		w.Run(2 * time.Second)
		if timedOut != 50 {
			t.Errorf("%d connections timed out, want 50", timedOut)
		}
		if w.Elapsed() != time.Hour+time.Second {
			t.Errorf("an hour and a second took %v", w.Elapsed())
		}
	})
}

// Runs on after the last event, and the clock stands where it was told to stop.
func TestRunOfAnEmptyWorld(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.Run(400 * 24 * time.Hour)
		if w.Elapsed() != 400*24*time.Hour {
			t.Errorf("%v", w.Elapsed())
		}
		w.Run(-time.Second)
		if w.Elapsed() != 400*24*time.Hour {
			t.Errorf("%v after a negative time", w.Elapsed())
		}
	})
}

// In a world that only ticks, RunUntil gives up after a day.
func TestRunUntilGivesUp(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		ticks := 0
		w.Host("ticker", func(rt *eddy.Runtime) error {
			for {
				if err := rt.Sleep(10 * time.Minute); err != nil {
					return err
				}
				ticks++
			}
		})
		w.Run(time.Minute)
		if w.RunUntil(func() bool { return false }) || w.Elapsed() != 24*time.Hour+time.Minute || ticks < 24*6-1 {
			t.Errorf("after %v and %d ticks", w.Elapsed(), ticks)
		}
	})
}

// What an idle hour of a thousand connections costs.
func BenchmarkIdleHour(b *testing.B) {
	for b.Loop() {
		w := sim.New(1, sim.Config{})
		timedOut := 0
		idlers(w, 1000, 2*time.Hour, &timedOut)
		w.Run(time.Hour)
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
