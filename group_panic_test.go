//go:build unix

package eddy_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F21: a child's panic ends its siblings, and comes out of Wait with the child's stack. It is told once: OnPanic, which
// would hear of it from the maker, is not called where somebody recovers it.
func TestGroupPanicComesOutOfWait(t *testing.T) {
	withPanics(t, func(t *testing.T, rt *eddy.Runtime, told *[]any) {
		g := rt.Group()
		ended := 0
		g.Go(sleeper(rt, &ended))
		h := g.Go(func() error { panicsDeepInside(rt); return nil })
		for range 2 { // and again, for who waits again
			v := panicOf(func() { g.Wait() })
			pe, ok := v.(*eddy.PanicError)
			if !ok || pe.Value != errTest || !strings.Contains(string(pe.Stack), "panicsDeepInside") {
				t.Fatalf("out of Wait came %v", v)
			}
		}
		if ended != 1 {
			t.Error("Wait has not waited for the sibling")
		}
		if _, err := h.Join(); !errors.Is(err, errTest) {
			t.Errorf("the handle: %v", err)
		}
		if len(*told) != 0 {
			t.Errorf("OnPanic got %v", *told)
		}
	})
}

func panicsDeepInside(rt *eddy.Runtime) {
	rt.Yield()
	panic(errTest)
}

// withPanics is forEachKernel with a list of what OnPanic got.
func withPanics(t *testing.T, body func(t *testing.T, rt *eddy.Runtime, told *[]any)) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var told []any
		config := eddy.Config{OnPanic: func(task eddy.TaskInfo, e *eddy.PanicError) {
			if task.Name == "" {
				t.Error("a panic of nobody")
			}
			told = append(told, e.Value)
		}}
		blockOn(t, newRuntime(t, config, k), func(t *testing.T, rt *eddy.Runtime) { body(t, rt, &told) })
	})
}

// F21: of several panics the first is the group's; the others go to OnPanic.
func TestGroupSecondPanicIsReported(t *testing.T) {
	withPanics(t, func(t *testing.T, rt *eddy.Runtime, told *[]any) {
		g := rt.Group()
		g.Go(func() error { defer panic("second"); return rt.Sleep(time.Hour) })
		g.Go(func() error { panic("first") })
		v := panicOf(func() { g.Wait() })
		if pe, ok := v.(*eddy.PanicError); !ok || pe.Value != "first" {
			t.Errorf("out of Wait came %v", v)
		}
		if len(*told) != 1 || (*told)[0] != "second" {
			t.Errorf("OnPanic got %v", *told)
		}
		if n := rt.Stats().Panics; n != 2 {
			t.Errorf("%d panics counted", n)
		}
	})
}

// F21: the panic of a child for which nobody waits is its maker's, if that returns.
func TestGroupPanicBecomesTheMakers(t *testing.T) {
	withPanics(t, func(t *testing.T, rt *eddy.Runtime, told *[]any) {
		for _, ended := range []bool{false, true} { // the child, before the maker
			_, err := rt.Spawn(func() {
				rt.Group().Go(func() error { panic(errTest) })
				if ended {
					rt.Yield()
				}
			}).Join()
			if pe := (*eddy.PanicError)(nil); !errors.As(err, &pe) || pe.Value != errTest {
				t.Errorf("the maker ended with %v", err)
			}
		}
		v := panicOf(func() { // and an Async's is that of whoever awaits it
			eddy.Await(rt, eddy.Async(rt, func() (int, error) {
				rt.Group().Go(func() error { panic("inside") })
				return 1, nil
			}))
		})
		if pe, ok := v.(*eddy.PanicError); !ok || pe.Value != "inside" {
			t.Errorf("out of Await came %v", v)
		}
		if len(*told) != 0 {
			t.Errorf("OnPanic got %v", *told)
		}
	})
}

// F21: a maker that panics itself, or calls Goexit, keeps that end; the children's panics go to OnPanic.
func TestGroupPanicBesideTheMakersOwn(t *testing.T) {
	withPanics(t, func(t *testing.T, rt *eddy.Runtime, told *[]any) {
		_, err := rt.Spawn(func() {
			rt.Group().Go(func() error { defer panic("child's"); return rt.Sleep(time.Hour) })
			rt.Yield()
			panic("maker's")
		}).Join()
		if pe := (*eddy.PanicError)(nil); !errors.As(err, &pe) || pe.Value != "maker's" {
			t.Errorf("the maker ended with %v", err)
		}
		_, err = rt.Spawn(func() {
			rt.Group().Go(func() error { panic("another's") })
			rt.Yield()
			runtime.Goexit()
		}).Join()
		if err != eddy.ErrGoexit {
			t.Errorf("the maker ended with %v", err)
		}
		_, err = rt.Spawn(func() { // of two groups, one panic is the maker's
			for _, value := range []string{"one", "one"} {
				rt.Group().Go(func() error { panic(value) })
			}
		}).Join()
		if pe := (*eddy.PanicError)(nil); !errors.As(err, &pe) || pe.Value != "one" {
			t.Errorf("the maker ended with %v", err)
		}
		must(t, rt.Yield())
		if len(*told) != 3 || (*told)[0] != "child's" || (*told)[1] != "another's" || (*told)[2] != "one" {
			t.Errorf("OnPanic got %v", *told)
		}
	})
}

// F21: the main function is a maker too: the panic leaves BlockOn.
func TestGroupPanicLeavesBlockOn(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		v := panicOf(func() {
			rt.BlockOn(func(rt *eddy.Runtime) error {
				g := rt.Group()
				g.Go(func() error { panic(errTest) })
				return g.Wait()
			})
		})
		if pe, ok := v.(*eddy.PanicError); !ok || pe.Value != errTest {
			t.Errorf("out of BlockOn came %v", v)
		}
	})
}

// A Goexit of a child, as in t.FailNow, is an error of the group.
func TestGroupGoexitOfAChild(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		ended := 0
		g.Go(sleeper(rt, &ended))
		g.Go(func() error { runtime.Goexit(); return nil })
		if err := g.Wait(); err != eddy.ErrGoexit || ended != 1 {
			t.Errorf("Wait: %v, %d ended", err, ended)
		}
	})
}
