//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// A group that is made in a WithTimeout hands the deadline on: to its children, and to theirs. All of them are told that
// it was the deadline, and Wait tells once.
func TestGroupInheritsTheDeadline(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		timers := rt.Stats().Timers
		var began, ended time.Time
		err := rt.WithTimeout(2*time.Millisecond, func() error {
			began = rt.Now()
			g := rt.Group()
			for range 3 {
				g.Go(func() error {
					err := rt.Sleep(time.Hour)
					ended = rt.Now()
					if !isTimeout(err) {
						t.Errorf("a child's wait: %v", err)
					}
					if again := rt.Yield(); !isTimeout(again) {
						t.Errorf("its next wait: %v", again)
					}
					return err
				})
			}
			g.Go(func() error {
				inner := rt.Group()
				inner.Go(func() error {
					err := rt.Sleep(time.Hour)
					if !isTimeout(err) {
						t.Errorf("a grandchild's wait: %v", err)
					}
					return err
				})
				return inner.Wait()
			})
			g.Go(func() error { // an earlier one of its own
				if err := rt.WithTimeout(time.Microsecond, func() error { return rt.Sleep(time.Hour) }); !isTimeout(err) {
					t.Errorf("its own timeout: %v", err)
				}
				if now := rt.Now(); now.Sub(began) < 2*time.Millisecond {
					return rt.Sleep(0)
				}
				return nil
			})
			g.Go(func() error { // a later one is none
				return rt.WithTimeout(time.Hour, func() error { return rt.Sleep(time.Hour) })
			})
			return g.Wait()
		})
		if err != os.ErrDeadlineExceeded {
			t.Errorf("Wait: %v", err)
		}
		if ended.Sub(began) < 2*time.Millisecond {
			t.Error("early")
		}
		if n := rt.Stats().Timers; n != timers {
			t.Errorf("%d timers are left", n-timers)
		}
	})
}

// Without a WithTimeout there is no timer, and with one there is one for the whole group, while it has children.
func TestGroupDeadlineIsOneTimer(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		waits := func() error { _, err := eddy.Await[int](rt, &scripted{}); return err }
		before := rt.Stats().Timers
		group := func(want int) {
			g := rt.Group()
			for range 10 {
				g.Go(waits)
			}
			if n := rt.Stats().Timers - before; n != want {
				t.Errorf("%d timers, want %d", n, want)
			}
			g.Cancel()
			g.Wait()
		}
		group(0)
		rt.WithTimeout(time.Hour, func() error {
			before++
			group(1)
			group(1)
			before--
			return nil
		})
		if n := rt.Stats().Timers - before; n != 0 {
			t.Errorf("%d timers are left", n)
		}
	})
}

// The deadline is the group's, not that of whoever calls Go or Wait, and it stays when the WithTimeout has been left.
func TestGroupKeepsItsDeadline(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		limited, unlimited := (*eddy.Group)(nil), rt.Group()
		rt.WithTimeout(2*time.Millisecond, func() error {
			limited = rt.Group()
			unlimited.Go(func() error { return rt.Sleep(4 * time.Millisecond) })
			limited.Go(func() error { return nil })
			return nil
		})
		limited.Go(func() error {
			ctx := rt.Context()
			if _, ok := ctx.Deadline(); !ok {
				t.Errorf("the context of a child that came after the WithTimeout was left: %v", ctx)
			}
			err := rt.Sleep(time.Hour)
			if cause := context.Cause(ctx); cause != context.DeadlineExceeded {
				t.Errorf("its cause: %v", cause)
			}
			return err
		})
		if err := limited.Wait(); err != os.ErrDeadlineExceeded {
			t.Errorf("Wait: %v", err)
		}
		must(t, unlimited.Wait())

		rt.WithTimeout(time.Hour, func() error { limited = rt.Group(); return nil })
		limited.Go(func() error {
			if err := rt.Context().Err(); err != nil {
				t.Errorf("the context has ended with the WithTimeout: %v", err)
			}
			return nil
		})
		must(t, limited.Wait())
	})
}

// A WithTimeout around Wait alone ends the wait by ending the children.
func TestGroupWaitInATimeout(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		ended := 0
		g.Go(sleeper(rt, &ended))
		g.Go(func() error {
			defer func() { ended++ }()
			defer rt.Shield(rt.Yield)
			return rt.Sleep(time.Hour)
		})
		err := rt.WithTimeout(time.Millisecond, g.Wait)
		if err != os.ErrDeadlineExceeded || ended != 2 {
			t.Errorf("Wait: %v, %d ended", err, ended)
		}
		g = rt.Group()
		g.Go(func() error { rt.Sleep(time.Hour); return errTest })
		err = rt.WithTimeout(time.Millisecond, g.Wait)
		if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, errTest) {
			t.Errorf("Wait: %v", err)
		}
	})
}
