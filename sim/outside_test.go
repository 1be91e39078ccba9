package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// A goroutine of the test's own, in the bubble, wakes a host that has nothing to wait for, and the clock moves by its
// timers too.
func TestGoroutineWakesAHost(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		var at []time.Duration
		got := make(chan struct{})
		h := w.Host("host", func(rt *eddy.Runtime) error {
			handle := rt.Handle()
			done := false
			go func() {
				for range 3 {
					time.Sleep(time.Hour)
					handle.Spawn(func() {
						at = append(at, w.Elapsed())
						close(got)
					})
					<-got
					got = make(chan struct{})
				}
				handle.Spawn(func() { done = true })
				handle.Release()
			}()
			for !done {
				if err := rt.Sleep(10 * time.Hour); err != nil {
					return err
				}
			}
			return nil
		})
		w.Run(4 * time.Hour)
		if len(at) != 3 || at[0] != time.Hour || at[1] < 2*time.Hour || at[2] >= 3*time.Hour+time.Second {
			t.Errorf("spawned after %v", at)
		}
		untilDone(t, w, h)
	})
}

// RunUntil waits for a goroutine in a world where nothing else can happen.
func TestRunUntilAGoroutineSpawns(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		spawned := false
		w.Host("host", func(rt *eddy.Runtime) error {
			handle := rt.Handle()
			go func() {
				defer handle.Release()
				time.Sleep(time.Hour)
				handle.Spawn(func() { spawned = true })
			}()
			l, err := rt.ListenTCP("0.0.0.0:7")
			if err != nil {
				return err
			}
			_, err = l.AcceptTCP()
			return err
		})
		if !w.RunUntil(func() bool { return spawned }) || w.Elapsed() < time.Hour || w.Elapsed() > time.Hour+time.Second {
			t.Errorf("spawned %v, after %v", spawned, w.Elapsed())
		}
	})
}

// Outside calls its function once, while the host works or waits, and never after its end.
func TestOutside(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		var handle *eddy.Handle
		spawned := 0
		busy := w.Host("busy", func(rt *eddy.Runtime) error {
			handle = rt.Handle()
			defer handle.Release()
			for range 500 {
				if err := rt.Yield(); err != nil {
					return err
				}
			}
			for {
				if err := rt.Sleep(time.Hour); err != nil {
					return err
				}
			}
		})
		w.Run(0)
		for range 100 {
			w.Outside(busy, func() { handle.Spawn(func() { spawned++ }) })
		}
		w.Run(time.Second)
		if spawned != 100 {
			t.Errorf("%d functions were spawned from outside of a busy host, want 100", spawned)
		}
		w.Outside(busy, func() { handle.Shutdown() })
		untilDone(t, w, busy)
		if !errors.Is(busy.Err(), eddy.ErrCanceled) {
			t.Errorf("after Shutdown: %v", busy.Err())
		}
		w.Outside(busy, func() { t.Error("called after the host's end") })
		w.Run(time.Second)
	})
}

// An offloaded function is called at once, and its result comes later.
func TestOffload(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		h := w.Host("host", func(rt *eddy.Runtime) error {
			begin := rt.Now()
			f := eddy.Offload(rt, func() (time.Time, error) { return time.Now(), nil })
			ran, err := eddy.Await(rt, f)
			if err != nil {
				return err
			}
			if !ran.Equal(begin) || !rt.Now().After(begin) {
				t.Errorf("began at %v, ran at %v, came back at %v", begin, ran, rt.Now())
			}
			_, err = eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 0, errors.New("offloaded error") }))
			return err
		})
		untilDone(t, w, h)
		if err := h.Err(); err == nil || err.Error() != "offloaded error" {
			t.Errorf("%v", err)
		}
	})
}

// A result that has not come back when the world ends is nobody's error.
func TestWorldEndsBeforeAnOffload(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(sim.Faults{sim.SlowOffload: {Chance: 1}})
		for i := range 10 {
			w.Host(fmt.Sprint("host ", i), func(rt *eddy.Runtime) error {
				_, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 1, nil }))
				return err
			})
		}
		w.Run(time.Millisecond)
	})
}

// When a goroutine and a host are due at one moment, the goroutine comes first: so a run with one can be repeated.
func TestGoroutineComesBeforeHosts(t *testing.T) {
	eddytest.Baseline(t)
	run := func() (sums []uint64) {
		sim.Run(t, 1, func(w *sim.World) {
			spawned := 0
			h := w.Host("host", func(rt *eddy.Runtime) error {
				begin := rt.Now()
				handle := rt.Handle()
				go func() {
					defer handle.Release()
					for range 100 {
						time.Sleep(time.Millisecond)
						handle.Spawn(func() { spawned++ })
					}
				}()
				for i := range 100 {
					if err := rt.Sleep(begin.Add(time.Duration(i+1) * time.Millisecond).Sub(rt.Now())); err != nil {
						return err
					}
					if spawned != i+1 {
						t.Errorf("%d functions have run in the moment of the %dth", spawned, i+1)
					}
				}
				return nil
			})
			untilDone(t, w, h)
			must(t, h.Err())
			sums = append(sums, w.Sum())
		})
		return sums
	}
	if a, b := run(), run(); !slices.Equal(a, b) {
		t.Errorf("sums %016x, again %016x", a, b)
	}
}
