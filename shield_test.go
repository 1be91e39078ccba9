//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// In a Shield a cancel ends no wait, whether it came before or comes meanwhile; behind the Shield it does.
func TestShieldFromACancel(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		release := &scripted{}
		h := rt.Spawn(func() {
			err := rt.Shield(func() error {
				if _, err := eddy.Await[int](rt, release); err != nil {
					t.Errorf("canceled in the Shield: %v", err)
				}
				must(t, rt.Shield(rt.Yield)) // the end of an inner one is not the end of the outer
				must(t, rt.Sleep(time.Millisecond))
				return errTest
			})
			if err != errTest {
				t.Errorf("Shield: %v", err)
			}
			if err := rt.Sleep(time.Hour); err != eddy.ErrCanceled {
				t.Errorf("behind the Shield: %v", err)
			}
			if err := rt.Shield(func() error { return rt.Sleep(time.Millisecond) }); err != nil {
				t.Errorf("canceled before the Shield: %v", err)
			}
			if err := rt.Yield(); err != eddy.ErrCanceled {
				t.Errorf("behind the second Shield: %v", err)
			}
		})
		untilWaiting(t, rt, 1)
		h.Cancel()
		for range 3 {
			must(t, rt.Yield())
		}
		if h.Done() {
			t.Error("it has ended in the Shield")
		}
		release.done = true
		release.waker.Wake()
		h.Join()
	})
}

// A WithTimeout around a Shield ends no wait in it; one inside does, and a Timeout.
func TestShieldFromATimeout(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		err := rt.WithTimeout(time.Millisecond, func() error {
			must(t, rt.Shield(func() error {
				must(t, rt.Sleep(3*time.Millisecond))
				if err := rt.WithTimeout(time.Millisecond, func() error { return rt.Sleep(time.Hour) }); !isTimeout(err) {
					t.Errorf("a timeout inside: %v", err)
				}
				_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, eddy.Sleep(time.Hour)))
				if !isTimeout(err) {
					t.Errorf("a Timeout inside: %v", err)
				}
				return rt.Yield()
			}))
			return rt.Yield()
		})
		if !isTimeout(err) {
			t.Errorf("behind the Shield: %v", err)
		}
		if n := rt.Stats().Timeouts; n != 2 {
			t.Errorf("%d waits timed out", n)
		}
	})
}

// The context inside has the outside's values, but neither its deadline nor its end. It ends with the Shield.
func TestShieldContext(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var inside context.Context
		release := &scripted{}
		h := rt.Spawn(func() {
			rt.WithTimeout(time.Hour, func() error {
				outside := rt.Context()
				rt.Shield(func() error {
					inside = rt.Context()
					if _, ok := inside.Deadline(); ok {
						t.Error("the deadline reaches into the Shield")
					}
					eddy.Await[int](rt, release)
					if outside.Err() == nil || inside.Err() != nil {
						t.Errorf("canceled: outside %v, inside %v", outside.Err(), inside.Err())
					}
					rt.WithTimeout(time.Hour, func() error {
						if ctx := rt.Context(); ctx.Err() != nil {
							t.Errorf("a context made later: %v", ctx.Err())
						} else if _, ok := ctx.Deadline(); !ok {
							t.Error("a timeout inside does not show")
						}
						return nil
					})
					return nil
				})
				return nil
			})
		})
		untilWaiting(t, rt, 1)
		h.Cancel()
		release.done = true
		release.waker.Wake()
		h.Join()
		if inside.Err() == nil {
			t.Error("the context outlived the Shield")
		}
	})
}

// A group that is made in a Shield is shielded as long as that lasts; one that was made before is not.
func TestShieldOfAGroup(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		before, inside, after := errTest, errTest, errTest
		release := &scripted{}
		h := rt.Spawn(func() {
			outer, left := rt.Group(), (*eddy.Group)(nil)
			outer.Go(func() error { before = rt.Sleep(time.Hour); return before })
			rt.Shield(func() error {
				g := rt.Group()
				g.Go(func() error { _, inside = eddy.Await[int](rt, release); return inside })
				must(t, g.Wait())
				left = rt.Group()
				left.Go(func() error { after = rt.Sleep(time.Hour); return after })
				must(t, rt.Yield())
				if after != errTest {
					t.Errorf("canceled before the Shield has ended: %v", after)
				}
				return nil
			})
			left.Wait()
			outer.Wait()
		})
		untilWaiting(t, rt, 3)
		h.Cancel()
		must(t, rt.Yield())
		must(t, rt.Yield())
		if before != eddy.ErrCanceled {
			t.Errorf("a child of a group that was made before: %v", before)
		}
		release.done = true
		release.waker.Wake()
		h.Join()
		if inside != nil || after != eddy.ErrCanceled {
			t.Errorf("inside: %v; left there: %v", inside, after)
		}
	})
}

// An Async that is given up in a Shield finishes it, as a task of its own; so does one whose deferred calls have one.
func TestShieldInAnAsync(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var release *scripted
		finished := false
		clean := func() error {
			_, err := eddy.Await[int](rt, release)
			must(t, err)
			finished = true
			return nil
		}
		codes := []func() (int, error){
			func() (int, error) {
				rt.Shield(clean)
				return 0, rt.Sleep(time.Hour)
			},
			func() (int, error) {
				defer rt.Shield(clean)
				return 0, rt.Sleep(time.Hour)
			},
		}
		for _, code := range codes {
			release, finished = &scripted{}, false
			_, err := eddy.Await(rt, future.Race(eddy.Async(rt, code), future.Ready(1)))
			must(t, err)
			until(t, rt, "the Async waits in its Shield", func() bool { return release.polls > 0 })
			if n := rt.Stats().Tasks; n != 2 || finished {
				t.Errorf("%d tasks, finished: %v; want the adopted Async", n, finished)
			}
			release.done = true
			release.waker.Wake()
			until(t, rt, "the Async has ended", func() bool { return rt.Stats().Tasks == 1 })
			if !finished {
				t.Error("the Shield was not finished")
			}
		}
	})
}

// F37: a Shield ends with the grace period. Force gets into it, and into those that begin afterwards.
func TestShieldEndsByForce(t *testing.T) {
	for name, config := range map[string]eddy.Config{"grace": {Grace: time.Millisecond}, "no grace": {Grace: eddy.NoGrace}} {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				rt := newRuntime(t, config, k)
				var ctx context.Context
				ended, inGroup := "", error(nil)
				blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
					rt.Spawn(func() {
						defer func() { ended += "task " }()
						defer rt.Shield(func() error {
							err := rt.Sleep(time.Hour)
							if err != eddy.ErrCanceled {
								t.Errorf("a wait in a deferred Shield: %v", err)
							}
							ended += "deferred "
							return err
						})
						rt.Shield(func() error {
							ctx = rt.Context()
							g := rt.Group()
							g.Go(func() error {
								inGroup = rt.WithTimeout(time.Hour, func() error { return rt.Sleep(time.Hour) })
								return inGroup
							})
							defer func() { ended += "inner " }()
							return rt.WithTimeout(time.Hour, func() error { return rt.Sleep(time.Hour) })
						})
						t.Error("a forced wait has returned")
					})
					rt.Spawn(func() {
						rt.Shield(func() error {
							_, err := eddy.Await(rt, eddy.Async(rt, func() (int, error) {
								defer func() { ended += "async " }()
								return 0, rt.Shield(func() error { return rt.Sleep(time.Hour) })
							}))
							return err
						})
					})
					must(t, rt.Yield())
					must(t, rt.Yield())
				})
				if ended != "inner async deferred task " && ended != "inner deferred task async " || ctx.Err() == nil {
					t.Errorf("ended: %q; the context: %v", ended, ctx.Err())
				}
				if inGroup != nil {
					t.Errorf("a forced wait of a child has returned %v", inGroup)
				}
			})
		})
	}
}

// Whatever leaves it, a panic or an error, the Shield is over then.
func TestShieldIsLeft(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		h := rt.Spawn(func() {
			rt.Sleep(time.Hour)
			if v := panicOf(func() { rt.Shield(func() error { must(t, rt.Yield()); panic(errTest) }) }); v != errTest {
				t.Errorf("out of the Shield came %v", v)
			}
			if err := rt.Yield(); !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("behind it: %v", err)
			}
			rt.Shield(func() error { return rt.Context().Err() }) // the task's first
			if rt.Context().Err() == nil {
				t.Error("behind it the context has not ended")
			}
			err := rt.Shield(func() error {
				return rt.WithTimeout(time.Millisecond, func() error { return rt.Sleep(time.Hour) })
			})
			if err != os.ErrDeadlineExceeded {
				t.Errorf("Shield: %v", err)
			}
		})
		untilWaiting(t, rt, 1)
		h.Cancel()
		h.Join()
	})
}
