//go:build unix

package eddy_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// At most so many children run at a time as the limit says; Go waits for room.
func TestGroupLimitHolds(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		g.SetLimit(3)
		running, most, ran := 0, 0, 0
		for range 20 {
			g.Go(func() error {
				running++
				most = max(most, running)
				defer func() { running--; ran++ }()
				return rt.Yield()
			})
		}
		must(t, g.Wait())
		if most != 3 || ran != 20 {
			t.Errorf("%d of 20 ran, at most %d at a time; want 3", ran, most)
		}
	})
}

// Whoever waits for room gets it in turn, and nobody comes in between. Wait waits for the children of those too.
func TestGroupRoomIsGivenInTurn(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		g.SetLimit(1)
		var order []int
		first := g.Go(func() error { return rt.Sleep(time.Hour) })
		for i := range 3 {
			rt.Spawn(func() {
				g.Go(func() error {
					order = append(order, i)
					return rt.Yield()
				})
			})
			untilWaiting(t, rt, 2+i)
		}
		// The first sibling's end and a Go in the same turn: the Go comes behind those who wait.
		rt.Spawn(func() {
			first.Cancel()
			first.Join()
			g.Go(func() error { order = append(order, 3); return nil })
		})
		if err := g.Wait(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("Wait: %v", err)
		}
		if !slices.Equal(order, []int{0, 1, 2, 3}) {
			t.Errorf("the children began in the order %v", order)
		}
	})
}

// An interrupted wait for room refuses the child, and takes no room from those behind it.
func TestGroupInterruptedWaitForRoom(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		g.SetLimit(1)
		never := func() error { t.Error("a refused child runs"); return nil }
		blocks := g.Go(func() error { return rt.Sleep(time.Hour) })
		var canceled, late error
		waits := rt.Spawn(func() { _, canceled = g.Go(never).Join() })
		untilWaiting(t, rt, 2)
		ran := false
		rt.Spawn(func() { g.Go(func() error { ran = true; return nil }) })
		untilWaiting(t, rt, 3)
		waits.Cancel()
		waits.Join()
		rt.WithTimeout(time.Millisecond, func() error {
			_, late = g.Go(never).Join()
			return nil
		})
		if canceled != eddy.ErrCanceled || late != os.ErrDeadlineExceeded {
			t.Errorf("the handles: %v, %v", canceled, late)
		}
		blocks.Cancel()
		g.Wait()
		if !ran {
			t.Error("the one behind them got no room")
		}
	})
}

// Who waits for room in a group that is cancelled, or fails, is refused at once, also while nobody leaves.
func TestGroupCancelEndsTheWaitForRoom(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		for _, failure := range []error{nil, errTest} {
			g := rt.Group()
			stay := true
			stays := func() error {
				return rt.Shield(func() error { until(t, rt, "let go", func() bool { return !stay }); return nil })
			}
			ends := &scripted{err: failure}
			g.Go(stays)
			if failure != nil {
				g.Go(func() error { _, err := eddy.Await[int](rt, ends); return err })
				g.Go(stays)
			}
			n := rt.Stats().Tasks - 1
			g.SetLimit(n)
			var waits [2]*eddy.JoinHandle[struct{}]
			for i := range waits {
				waits[i] = rt.Spawn(func() {
					if _, err := g.Go(func() error { t.Error("it runs"); return nil }).Join(); err != eddy.ErrCanceled {
						t.Errorf("the handle: %v", err)
					}
				})
			}
			until(t, rt, "both wait for room", func() bool {
				tasks := rt.Tasks()
				return strings.Contains(tasks[len(tasks)-1].Wait, "room in a group")
			})
			if failure == nil {
				g.Cancel()
			} else {
				ends.done = true
				ends.waker.Wake()
			}
			for _, h := range waits {
				h.Join()
			}
			stay = false
			if err := g.Wait(); err != failure {
				t.Errorf("Wait: %v, want %v", err, failure)
			}
		}
	})
}

// A higher limit, and none, give room at once; a lower one when enough children have ended.
func TestGroupLimitChanges(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		g.SetLimit(1)
		running := 0
		for range 6 {
			rt.Spawn(func() {
				g.Go(func() error { running++; defer func() { running-- }(); return rt.Sleep(time.Hour) })
			})
		}
		untilWaiting(t, rt, 6)
		if running != 1 {
			t.Errorf("%d run", running)
		}
		for _, limit := range []struct{ set, want int }{{3, 3}, {2, 3}, {0, 6}} {
			g.SetLimit(limit.set)
			must(t, rt.Yield())
			must(t, rt.Yield())
			if running != limit.want {
				t.Errorf("with limit %d, %d run", limit.set, running)
			}
		}
		g.Cancel()
		g.Wait()
	})
}

// Waiting for room is a wait: it is no matter for a future's Poll, and shows in the task dump.
func TestGroupRoomInAPollPanics(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		g.SetLimit(1)
		_, err := eddy.Await(rt, eddy.Future[struct{}](pollFunc{fn: func() {
			wantPanic(t, "Go", func() { g.Go(func() error { return nil }) }, "Group.Go", "a future's Poll")
		}}))
		must(t, err)
		g.Go(func() error { return rt.Sleep(time.Hour) })
		rt.Spawn(func() { g.Go(func() error { return nil }) })
		untilWaiting(t, rt, 2)
		tasks := rt.Tasks()
		if wait := tasks[len(tasks)-1].Wait; !strings.Contains(wait, "room in a group of 1 task") {
			t.Errorf("it waits for %q", wait)
		}
		g.Cancel()
		g.Wait()
	})
}

// F37: who starts children for ever keeps the loop neither by a group that has failed nor at the end of the runtime.
func TestGroupRefusalsCostBudget(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace}, k)
		ended := false
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() {
				defer func() { ended = true }()
				g := rt.Group()
				g.SetLimit(1)
				for {
					g.Go(func() error { return errTest })
				}
			})
			for range 10 {
				must(t, rt.Yield())
			}
		})
		if !ended {
			t.Error("it has not ended")
		}
	})
}
