package sim_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// The end of a context comes to its waiters on a goroutine, at the moment of the end: by a task's cancel, by the
// deadline of a standard context, by a WithTimeout. A run with them can be repeated.
func TestContextsEndInTheirMoment(t *testing.T) {
	eddytest.Baseline(t)
	run := func() (sums []uint64) {
		sim.Run(t, 1, func(w *sim.World) {
			h := w.Host("host", func(rt *eddy.Runtime) error {
				g, waiters := rt.Group(), uint64(0)
				waits := func(name string, ctx context.Context, cause error, after time.Duration) {
					begin, number := rt.Now(), waiters
					waiters++
					g.Go(func() error {
						if _, err := eddy.Await(rt, eddy.Done(ctx)); err != nil {
							return err
						}
						if passed := rt.Now().Sub(begin); context.Cause(ctx) != cause || passed < after || passed > after+time.Millisecond {
							t.Errorf("%s: %v after %v, want %v after %v", name, context.Cause(ctx), passed, cause, after)
						}
						sums = append(sums, number)
						return rt.Sleep(time.Second)
					}).Named(name)
				}
				for range 5 {
					ctx, cancel := context.WithCancel(rt.Context())
					waits("cancelled", ctx, context.Canceled, time.Hour)
					rt.Spawn(func() { rt.Sleep(time.Hour); cancel() })

					timed, release := context.WithTimeout(rt.Context(), 2*time.Hour)
					defer release()
					waits("timed out", timed, context.DeadlineExceeded, 2*time.Hour)
				}
				rt.WithTimeout(30*time.Minute, func() error {
					for range 5 { // in whatever order package context wakes them
						waits("in a WithTimeout", rt.Context(), context.DeadlineExceeded, 30*time.Minute)
					}
					return rt.Sleep(time.Hour)
				})
				return g.Wait()
			})
			untilDone(t, w, h)
			must(t, h.Err())
			sums = append(sums, w.Sum())
		})
		return sums
	}
	first := run()
	for range 50 {
		if again := run(); !slices.Equal(first, again) {
			t.Fatalf("order and sum %x, again %x", first, again)
		}
	}
}

// Names and values of tasks are no part of what decides, and the dump of a world shows the names.
func TestNamesInASimulation(t *testing.T) {
	eddytest.Baseline(t)
	run := func(name string) (sum uint64, dump string) {
		sim.Run(t, 1, func(w *sim.World) {
			h := w.Host("host", func(rt *eddy.Runtime) error {
				var user eddy.Local[string]
				if name != "" {
					rt.SetName(name)
					user.Set(rt, name)
				}
				_, err := eddy.Spawn(rt, func() (int, error) {
					dump = w.Dump()
					if v, _ := user.Get(rt); v != name {
						t.Errorf("inherited %q, want %q", v, name)
					}
					return 0, rt.Sleep(time.Second)
				}).Named(name).Join()
				return err
			})
			untilDone(t, w, h)
			must(t, h.Err())
			sum = w.Sum()
		})
		return sum, dump
	}
	without, _ := run("")
	with, dump := run("client 7")
	if with != without {
		t.Errorf("sum %016x without names, %016x with", without, with)
	}
	wantIn(t, dump, "\n\ttask 1 \"client 7\" (sim_test.TestNamesInASimulation.", "\n\ttask 2 \"client 7\" (sim_test.TestNamesInASimulation.")
}
