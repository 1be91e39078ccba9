//go:build unix

package eddy_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// lingering starts children that take a few turns to end when they are cancelled, and groups of their own in them. It
// returns how many have not ended yet.
func lingering(rt *eddy.Runtime) (left *int) {
	left = new(int)
	var start func(depth int)
	start = func(depth int) {
		g := rt.Group()
		for range 2 {
			*left++
			g.Go(func() error {
				defer func() { *left-- }()
				defer rt.Shield(func() error { rt.Yield(); return rt.Sleep(time.Millisecond) })
				if depth < 2 {
					start(depth + 1)
				}
				return rt.Sleep(time.Hour)
			})
		}
	}
	start(0)
	return left
}

// F25: whichever way the maker of a group ends without Wait, its children have ended before anybody sees that it has.
func TestGroupChildrenDoNotOutliveTheirTask(t *testing.T) {
	ends := map[string]func(rt *eddy.Runtime){
		"return": func(*eddy.Runtime) {},
		"panic":  func(*eddy.Runtime) { panic(errTest) },
		"Goexit": func(*eddy.Runtime) { runtime.Goexit() },
		"cancel": func(rt *eddy.Runtime) { rt.Sleep(time.Hour) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				var left *int
				h := rt.Spawn(func() {
					left = lingering(rt)
					rt.Yield()
					rt.Yield()
					end(rt)
				})
				if name == "cancel" {
					untilWaiting(t, rt, 15)
					h.Cancel()
				}
				_, err := h.Join()
				if *left != 0 {
					t.Errorf("%d children outlive their maker", *left)
				}
				if name == "panic" && !errors.Is(err, errTest) || name == "Goexit" && err != eddy.ErrGoexit {
					t.Errorf("the maker ended with %v", err)
				}
				if n := rt.Stats().Tasks; n != 1 {
					t.Errorf("%d tasks are left: %v", n, rt.Tasks())
				}
			})
		})
	}
}

// F25: so it is with an Async. One that is given up goes on as a task until its children have ended.
func TestGroupChildrenDoNotOutliveTheirAsync(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var left *int
		v, err := eddy.Await(rt, eddy.Async(rt, func() (int, error) {
			left = lingering(rt)
			return 7, rt.Yield()
		}))
		if v != 7 || err != nil || *left != 0 {
			t.Errorf("the Async ended with %d, %v; %d children outlive it", v, err, *left)
		}
		for _, wait := range []bool{false, true} {
			var waited error
			_, err = eddy.Await(rt, future.Race(eddy.Sleep(time.Millisecond), eddy.Async(rt, func() (struct{}, error) {
				g := rt.Group()
				left = new(int)
				*left = 1
				g.Go(func() error {
					defer func() { *left-- }()
					defer rt.Shield(rt.Yield)
					return rt.Sleep(time.Hour)
				})
				if wait {
					waited = g.Wait()
				}
				return struct{}{}, rt.Sleep(time.Hour)
			})))
			must(t, err)
			tasks := rt.Tasks()
			if adopted := tasks[len(tasks)-1]; *left != 1 || !strings.Contains(adopted.Name, "TestGroupChildrenDoNotOutliveTheirAsync") {
				t.Errorf("%d children are left, and %v", *left, tasks)
			}
			until(t, rt, "the adopted Async has ended", func() bool { return rt.Stats().Tasks == 1 })
			if *left != 0 || wait && waited != eddy.ErrCanceled {
				t.Errorf("%d children are left; Wait: %v", *left, waited)
			}
		}
	})
}

// F25: at the end of the runtime they end with it, by force if they have to, and in order: the children before the maker.
func TestGroupEndsWithTheRuntime(t *testing.T) {
	for name, stubborn := range map[string]bool{"in good order": false, "by force": true} {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				order := ""
				rt := newRuntime(t, eddy.Config{Grace: time.Millisecond}, k)
				blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
					rt.Spawn(func() {
						defer func() { order += "maker " }()
						g := rt.Group()
						defer g.Wait()
						g.Go(func() error {
							defer func() { order += "child " }()
							for rt.Sleep(time.Hour) != nil && stubborn {
							}
							return nil
						})
						g.Go(func() error { // makes a group and does not wait for it
							defer func() { order += "child " }()
							rt.Group().Go(func() error {
								defer func() { order += "grandchild " }()
								for rt.Yield() == nil || stubborn {
								}
								return nil
							})
							return nil
						})
						g.Wait()
					})
					for range 3 {
						must(t, rt.Yield())
					}
				})
				if n := strings.Count(order, "child "); n != 3 || !strings.HasSuffix(order, "maker ") {
					t.Errorf("they ended in the order %q", order)
				}
			})
		})
	}
}

// A maker that ends cancels all its groups at once, and one that gets a child only then as well.
func TestGroupsEndTogether(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		arrived, late := 0, error(nil)
		var empty *eddy.Group
		h := rt.Spawn(func() {
			empty = rt.Group()
			for range 2 {
				rt.Group().Go(func() error {
					rt.Sleep(time.Hour)
					return rt.Shield(func() error {
						arrived++
						until(t, rt, "both are cancelled", func() bool { return arrived == 3 })
						return nil
					})
				})
			}
		})
		until(t, rt, "both are cancelled", func() bool { return arrived == 2 })
		empty.Go(func() error { late = rt.Sleep(time.Hour); return nil })
		arrived++
		h.Join()
		if late != eddy.ErrCanceled {
			t.Errorf("the wait of a late child: %v", late)
		}
	})
}
