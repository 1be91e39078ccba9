//go:build unix

package eddy_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// The context of a child has the deadline that holds where the group was made, and ends when the child's waits do: with
// the group, and with the child. Deriving from it starts no goroutine.
func TestGroupContext(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var deadline time.Time
		var plain, outlives context.Context
		rt.WithTimeout(time.Hour, func() error {
			deadline, _ = rt.Context().Deadline()
			g := rt.Group()
			g.Go(func() error {
				before := runtime.NumGoroutine()
				ctx := rt.Context()
				if d, ok := ctx.Deadline(); !ok || !d.Equal(deadline) {
					t.Errorf("deadline %v, %v; the maker's is %v", d, ok, deadline)
				}
				derived, stop := context.WithCancel(ctx)
				defer stop()
				if n := runtime.NumGoroutine(); n > before {
					t.Errorf("%d goroutines before, %d after", before, n)
				}
				rt.Sleep(time.Hour)
				if cause := context.Cause(derived); cause != eddy.ErrCanceled {
					t.Errorf("cause %v", cause)
				}
				return nil
			})
			outlived := g.Go(func() error { outlives = rt.Context(); return nil })
			outlived.Join()
			g.Cancel()
			return g.Wait()
		})
		if outlives.Err() == nil {
			t.Error("the context outlived its child")
		}
		g := rt.Group()
		one := g.Go(func() error { plain = rt.Context(); return rt.Sleep(time.Hour) })
		g.Go(func() error {
			ctx := rt.Context()
			one.Cancel()
			one.Join()
			return ctx.Err() // the sibling's is its own
		})
		g.Wait()
		if _, ok := plain.Deadline(); ok || context.Cause(plain) != eddy.ErrCanceled {
			t.Errorf("without a WithTimeout: %v, cause %v", plain, context.Cause(plain))
		}
	})
}

// A deadline of the task that awaits an Async shows in the Async's groups too.
func TestGroupContextInAnAsync(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		must(t, rt.WithTimeout(time.Hour, func() error {
			_, err := eddy.Await(rt, eddy.Async(rt, func() (struct{}, error) {
				g := rt.Group()
				g.Go(func() error {
					if _, ok := rt.Context().Deadline(); !ok {
						t.Error("no deadline")
					}
					return nil
				})
				return struct{}{}, g.Wait()
			}))
			return err
		}))
	})
}
