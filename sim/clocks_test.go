package sim_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// The clocks of all hosts, of the world and of package time agree, also on a host that was started late.
func TestClocksAgree(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		checks := 0
		clock := func(rt *eddy.Runtime) error {
			for i := range 5 {
				// A runtime reads its clock once a turn, when its wait has ended.
				if now := time.Now(); !rt.Now().Equal(now) || !w.Now().Equal(now) {
					t.Errorf("runtime %v, world %v, package time %v", rt.Now(), w.Now(), now)
				}
				checks++
				if err := rt.Sleep(time.Duration(i) * time.Second); err != nil {
					return err
				}
			}
			return nil
		}
		begin := time.Now()
		a := w.Host("a", clock)
		w.Run(12345 * time.Microsecond)
		b := w.Host("b", clock)
		untilDone(t, w, a)
		untilDone(t, w, b)
		w.Restart(a)
		untilDone(t, w, a)
		if checks != 15 {
			t.Errorf("%d checks", checks)
		}
		if passed := time.Since(begin); passed != w.Elapsed() {
			t.Errorf("the world says %v, package time %v", w.Elapsed(), passed)
		}
	})
}

// A task that a timer wakes runs one turn of the loop later, and a turn that finds nothing takes a microsecond.
const turn = time.Microsecond

// A deadline that was made with time.Now is met.
func TestDeadlineFromPackageTime(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		server := w.Host("server", echo)
		client := w.Host("client", func(rt *eddy.Runtime) error {
			s, err := rt.DialTCP(server.Address(port))
			if err != nil {
				return err
			}
			defer s.Close()
			deadline := time.Now().Add(time.Minute)
			if err := s.SetReadDeadline(deadline); err != nil {
				return err
			}
			if _, err := s.Read(make([]byte, 1)); err == nil || time.Since(deadline) != turn {
				t.Errorf("read ended %v after the deadline with %v", time.Since(deadline), err)
			}
			return nil
		})
		w.Run(time.Second)
		untilDone(t, w, client)
	})
}

// Time that the scenario spends outside of the world passes in it too.
func TestSleepOfTheBubble(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		fired := time.Time{}
		h := w.Host("host", func(rt *eddy.Runtime) error {
			err := rt.Sleep(time.Second)
			fired = rt.Now()
			return err
		})
		w.Run(time.Millisecond)
		begin := w.Now()
		time.Sleep(time.Hour)
		untilDone(t, w, h)
		if want := begin.Add(time.Hour + turn); !fired.Equal(want) {
			t.Errorf("fired at %v, want %v", fired, want)
		}
	})
}
