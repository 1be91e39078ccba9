//go:build unix

package eddy_test

import (
	"errors"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// A simulated kernel chooses among tasks that are ready together, and only among them.
func TestWorldPicksAmongReadyTasks(t *testing.T) {
	onFakeWorlds(t, eddy.Config{}, func(t *testing.T, rt *eddy.Runtime, w *fakeWorld) {
		w.pick = func(n int) int { return n - 1 }
		var order []int
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			for i := range 4 {
				rt.Spawn(func() {
					rt.Spawn(func() { order = append(order, 10+i) })
					order = append(order, i)
				})
			}
			must(t, rt.Yield())
			must(t, rt.Yield())
		})
		slices.Sort(order[1:4]) // which task is the last depends on the turns in between
		slices.Sort(order[4:])
		if !slices.Equal(order, []int{3, 0, 1, 2, 10, 11, 12, 13}) {
			t.Errorf("the order was %v", order)
		}
	})
}

// In a simulation an offloaded function has run when the loop goes on, and its end arrives later, like a goroutine's.
func TestWorldOffloadRunsAtOnceAndEndsLater(t *testing.T) {
	onFakeWorlds(t, eddy.Config{}, func(t *testing.T, rt *eddy.Runtime, w *fakeWorld) {
		var order []string
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() {
				v, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) {
					order = append(order, "function")
					return 7, errTest
				}))
				if v != 7 || err != errTest {
					t.Errorf("%d, %v", v, err)
				}
				order = append(order, "result")
			})
			rt.Spawn(func() { order = append(order, "another task") })
			until(t, rt, "the result is there", func() bool { return len(order) == 3 })
		})
		if !slices.Equal(order, []string{"function", "another task", "result"}) {
			t.Errorf("the order was %v", order)
		}
	})
}

// F21: a panic or a Goexit of an offloaded function ends neither the task that polls it nor the loop.
func TestWorldOffloadPassesPanicsOn(t *testing.T) {
	onFakeWorlds(t, eddy.Config{}, func(t *testing.T, rt *eddy.Runtime, w *fakeWorld) {
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) { panic(errTest) }))
			_, err := h.Join()
			var pe *eddy.PanicError
			if !errors.As(err, &pe) || pe.Value != errTest {
				t.Errorf("got %v", err)
			}
			_, err = eddy.Await(rt, eddy.Offload(rt, func() (int, error) { runtime.Goexit(); return 0, nil }))
			if err != eddy.ErrGoexit {
				t.Errorf("Goexit: %v", err)
			}
		})
	})
}

// In a simulation too at most MaxOffload functions are under way, and one that is cancelled while it queues never runs.
func TestWorldOffloadIsBounded(t *testing.T) {
	onFakeWorlds(t, eddy.Config{MaxOffload: 2}, func(t *testing.T, rt *eddy.Runtime, w *fakeWorld) {
		var ran []int
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			var handles []*eddy.JoinHandle[int]
			for i := range 5 {
				handles = append(handles, eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) {
					ran = append(ran, i)
					if len(w.offload) >= 2 {
						t.Errorf("%d others are under way", len(w.offload))
					}
					return i, nil
				})))
			}
			rt.Spawn(func() { handles[2].Cancel() }) // before the next wait, which ends the first two
			for i, h := range handles {
				v, err := h.Join()
				if i == 2 && errors.Is(err, eddy.ErrCanceled) {
					continue
				}
				if v != i || err != nil {
					t.Errorf("%d: %d, %v", i, v, err)
				}
			}
		})
		if !slices.Equal(ran, []int{0, 1, 3, 4}) {
			t.Errorf("these ran: %v", ran)
		}
	})
}

// The end of a simulated runtime waits for offloaded functions whose end has not arrived, and names those that do not
// come within the grace period.
func TestWorldShutdownWaitsForOffloads(t *testing.T) {
	onFakeWorlds(t, eddy.Config{}, func(t *testing.T, rt *eddy.Runtime, w *fakeWorld) {
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) { return 1, nil }))
			rt.Spawn(func() { h.Cancel() })
			if _, err := h.Join(); !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("got %v", err)
			}
			if len(w.offload) != 1 {
				t.Fatalf("%d ends are to come", len(w.offload))
			}
		})
		if len(w.offload) != 0 {
			t.Error("BlockOn did not wait")
		}
	})
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace}, &neverPosts{fakeWorld{Kernel: k, pick: func(int) int { return 0 }}})
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) { return 0, nil }))
			return rt.Yield()
		})
		if err == nil || !strings.Contains(err.Error(), "still runs after the grace period") {
			t.Errorf("got %v", err)
		}
	})
}

// neverPosts is a world in which the ends of offloaded functions take for ever.
type neverPosts struct{ fakeWorld }

func (*neverPosts) Offload(run, post func()) { run() }

// Several simulated runtimes take turns on one goroutine: each is a coroutine that parks in its kernel's wait. BlockOn in
// one of their tasks is as wrong as in any other; in a function that is offloaded it is not.
func TestWorldsTakeTurns(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		order := ""
		newHost := func(name string, k kernel.Kernel) (next func() (error, bool)) {
			w := &fakeWorld{Kernel: k, pick: func(int) int { return 0 }}
			next, stop := iter.Pull(func(yield func(error) bool) {
				w.park = func() { yield(nil) }
				yield(newRuntime(t, eddy.Config{}, w).BlockOn(func(rt *eddy.Runtime) error {
					for range 3 {
						order += name
						must(t, rt.Yield())
					}
					if v := panicOf(func() { eddy.BlockOn(nil) }); v == nil || !strings.Contains(v.(string), "inside a task") {
						t.Errorf("BlockOn in a task: %v", v)
					}
					_, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) {
						return 0, eddy.BlockOn(func(*eddy.Runtime) error { return errTest })
					}))
					return err
				}))
			})
			t.Cleanup(stop)
			return next
		}
		other, err := kernel.New()
		must(t, err)
		a, b := newHost("a", k), newHost("b", other)
		for done := 0; done < 2; {
			for _, next := range []func() (error, bool){a, b} {
				if err, _ := next(); err == errTest {
					done++
				} else if err != nil {
					t.Fatal(err)
				}
			}
		}
		if order != "ababab" {
			t.Errorf("the order was %s", order)
		}
	})
}
