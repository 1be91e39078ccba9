//go:build unix

package eddy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// A child that waits for its own group would wait for itself, for ever; so would whoever a child waits for. It panics
// instead.
func TestGroupWaitOutsideOfTheMakerPanics(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		elsewhere := func(name string) func() error {
			return func() error {
				wantPanic(t, name, func() { g.Wait() }, "Group.Wait was called outside of the task, or the Async, that made the group")
				return nil
			}
		}
		g.Go(elsewhere("a child"))
		rt.Spawn(func() { elsewhere("another task")() }).Join()
		eddy.Await(rt, eddy.Async(rt, func() (int, error) { return 0, elsewhere("an Async inside")() }))
		eddy.Await(rt, eddy.Future[struct{}](pollFunc{fn: func() {
			wantPanic(t, "Wait", func() { g.Wait() }, "a future's Poll")
			wantPanic(t, "Group", func() { rt.Group() }, "a future's Poll")
			wantPanic(t, "Shield", func() { rt.Shield(nil) }, "a future's Poll")
			g.Go(func() error { return nil }) // without a limit it does not wait
		}}))
		must(t, g.Wait())
	})
}

// A Group that no Runtime has made says so.
func TestZeroGroupPanics(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		var g eddy.Group
		for name, call := range map[string]func(){
			"Go":       func() { g.Go(func() error { return nil }) },
			"eddy.Go":  func() { eddy.Go(&g, func() (int, error) { return 0, nil }) },
			"SetLimit": func() { g.SetLimit(1) },
			"Cancel":   func() { g.Cancel() },
			"Wait":     func() { g.Wait() },
		} {
			wantPanic(t, name, call, "eddy: a Group is made by Runtime.Group")
		}
	})
}

// F35: where no task runs, and on another goroutine, each method panics and says what to do instead.
func TestGroupInTheWrongPlacePanics(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		var g *eddy.Group
		calls := map[string]func(){
			"Group":    func() { rt.Group() },
			"Go":       func() { g.Go(func() error { return nil }) },
			"eddy.Go":  func() { eddy.Go(g, func() (int, error) { return 0, nil }) },
			"SetLimit": func() { g.SetLimit(1) },
			"Cancel":   func() { g.Cancel() },
			"Wait":     func() { g.Wait() },
			"Shield":   func() { rt.Shield(func() error { return nil }) },
		}
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			g = rt.Group()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for name, call := range calls {
					wantPanic(t, name, call, "from another goroutine", "Handle.Spawn")
				}
			}()
			<-ended
		})
		for name, call := range calls {
			wantPanic(t, name, call, "no task running", "Handle.Spawn")
		}
	})
}

// A task dump names the children that are waited for, and a deadlock report does.
func TestGroupInTaskDumps(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			g := rt.Group()
			for range 5 {
				g.Go(func() error { _, err := eddy.Await[int](rt, &scripted{}); return err })
			}
			g.Go(func() error { _, err := eddy.Await[int](rt, &scripted{}); return err }).Named("the last")
			g.Go(func() error { return rt.Sleep(time.Millisecond) }).Named("the first to end")
			return g.Wait()
		})
		var deadlock *eddy.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Fatalf("BlockOn: %v", err)
		}
		wait := deadlock.Tasks[0].Wait
		if !strings.HasPrefix(wait, "a group of 6 tasks: task 2 (eddy_test.TestGroupInTaskDumps.") || strings.Count(wait, "group_misuse_test.go:") != 3 || !strings.HasSuffix(wait, ", ...") {
			t.Errorf("the maker waits for %q", wait)
		}
	})
}
