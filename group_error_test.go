//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// sleeper is a child that sleeps until something ends it, and counts that it has ended.
func sleeper(rt *eddy.Runtime, ended *int) func() error {
	return func() error {
		defer func() { *ended++ }()
		return rt.Sleep(time.Hour)
	}
}

// The first child that fails cancels the others; Wait waits for all and returns its error, as it is.
func TestGroupFirstErrorEndsTheOthers(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		ended := 0
		for range 3 {
			g.Go(sleeper(rt, &ended))
		}
		failing := g.Go(func() error { return errors.Join(rt.Yield(), errTest) })
		late := g.Go(func() error {
			defer func() { rt.Shield(rt.Yield); ended++ }()
			return rt.Sleep(time.Hour)
		})
		err := g.Wait()
		if !errors.Is(err, errTest) || errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("Wait: %v", err)
		}
		if ended != 4 || !failing.Done() || !late.Done() {
			t.Errorf("%d of 4 children have ended", ended)
		}
		if _, own := failing.Join(); own != err {
			t.Errorf("the child ended with %v, Wait returned %v", own, err)
		}
	})
}

// Without an error there is none, and each child's result is in its handle.
func TestGroupWithoutErrors(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		must(t, rt.Group().Wait())
		g := rt.Group()
		var squares []*eddy.JoinHandle[int]
		for i := range 10 {
			squares = append(squares, eddy.Go(g, func() (int, error) { return i * i, rt.Yield() }))
		}
		must(t, g.Wait())
		must(t, g.Wait())
		for i, h := range squares {
			if v, err := h.Join(); v != i*i || err != nil {
				t.Errorf("child %d: %d, %v", i, v, err)
			}
		}
	})
}

// Several errors are joined, in the order in which they came.
func TestGroupJoinsErrors(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		second := g.Go(func() error { rt.Sleep(time.Hour); return errors.New("second") })
		g.Go(func() error { second.Join(); return errors.New("third") })
		g.Go(func() error { return errors.New("first") })
		g.Go(func() error { return rt.Sleep(time.Hour) })
		err := g.Wait()
		if err == nil {
			t.Fatal("no error")
		}
		first, rest, _ := strings.Cut(err.Error(), "\n")
		if first != "first" || len(strings.Split(rest, "\n")) != 2 || !strings.Contains(rest, "second") || !strings.Contains(rest, "third") {
			t.Errorf("Wait: %q", err)
		}
		if again := g.Wait(); again.Error() != err.Error() {
			t.Errorf("Wait again: %q", again)
		}
	})
}

// A child that was cancelled and ended so has not failed; only if there is nothing else, Wait tells.
func TestGroupCanceledChildrenHaveNotFailed(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		one := g.Go(func() error { return fmt.Errorf("one: %w", rt.Sleep(time.Hour)) })
		release := &scripted{}
		other := g.Go(func() error { _, err := eddy.Await[int](rt, release); return err })
		untilWaiting(t, rt, 2)
		one.Cancel()
		one.Join()
		release.done = true
		release.waker.Wake()
		err := g.Wait()
		if !errors.Is(err, eddy.ErrCanceled) || !strings.HasPrefix(err.Error(), "one: ") {
			t.Errorf("a child alone was cancelled: %v", err)
		}
		if _, err := other.Join(); err != nil {
			t.Errorf("the other ended with %v", err)
		}

		g = rt.Group()
		g.Go(func() error { rt.Sleep(time.Hour); return rt.Context().Err() })
		g.Go(func() error { rt.Sleep(time.Hour); return errTest })
		untilWaiting(t, rt, 2)
		g.Cancel()
		if err := g.Wait(); err != errTest {
			t.Errorf("of a cancelled group with an error of its own: %v", err)
		}
		if _, err := g.Go(func() error { return nil }).Join(); err == nil {
			t.Error("a child after the Wait")
		}

		g = rt.Group()
		g.Go(func() error { return context.Canceled }) // somebody else's cancel
		ended := 0
		g.Go(sleeper(rt, &ended))
		if err := g.Wait(); err != context.Canceled || ended != 1 {
			t.Errorf("an error like that of a cancel: %v, %d ended", err, ended)
		}
	})
}

// An error that a group inside a child had, besides the cancel that ended it, is not lost outside.
func TestGroupInAGroupTellsItsErrors(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		outer := rt.Group()
		outer.Go(func() error {
			inner := rt.Group()
			inner.Go(func() error { rt.Sleep(time.Hour); return errTest })
			inner.Go(func() error { return rt.Sleep(time.Hour) })
			return inner.Wait()
		})
		another := errors.New("another error")
		outer.Go(func() error { rt.Sleep(time.Hour); return another })
		untilWaiting(t, rt, 4)
		outer.Cancel()
		if err := outer.Wait(); !errors.Is(err, errTest) || !errors.Is(err, another) {
			t.Errorf("Wait: %v", err)
		}
	})
}

// Where no child is started, the handle says why.
func TestGroupRefusesChildren(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		refused := func(name string, g *eddy.Group, want string) {
			t.Helper()
			h := g.Go(func() error { t.Errorf("%s: started", name); return nil })
			if !h.Done() {
				t.Errorf("%s: the handle has not ended", name)
			}
			if _, err := h.Join(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
			v := eddy.Go(g, func() (int, error) { return 1, nil })
			if _, err := v.Join(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
		g := rt.Group()
		g.Go(func() error { return nil })
		g.Cancel()
		refused("cancelled", g, eddy.ErrCanceled.Error())
		must(t, g.Wait())
		refused("waited", g, "Wait has returned")

		g = rt.Group()
		g.Go(func() error { return errTest })
		must(t, rt.Yield())
		refused("failed", g, eddy.ErrCanceled.Error())
		if err := g.Wait(); err != errTest {
			t.Errorf("Wait: %v", err)
		}

		var left *eddy.Group
		rt.Spawn(func() { left = rt.Group() }).Join()
		refused("its task has ended", left, "whose task has ended")

		h := rt.Spawn(func() {
			g := rt.Group()
			rt.Sleep(time.Hour)
			refused("its task is cancelled", g, eddy.ErrCanceled.Error())
			refused("made in a cancelled task", rt.Group(), eddy.ErrCanceled.Error())
			if err := g.Wait(); err != eddy.ErrCanceled {
				t.Errorf("Wait in a cancelled task: %v", err)
			}
		})
		must(t, rt.Yield())
		h.Cancel()
		h.Join()
	})
}

// While the runtime ends no child is started.
func TestGroupRefusesChildrenAtTheEnd(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		var refusal error
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() {
				rt.Sleep(time.Hour)
				g := rt.Group()
				_, refusal = g.Go(func() error { t.Error("started"); return nil }).Join()
			})
			must(t, rt.Yield())
		})
		if refusal != eddy.ErrClosed {
			t.Errorf("the handle: %v", refusal)
		}
	})
}

// What a child fails with is the cause of the end of its siblings' contexts.
func TestGroupErrorIsTheCause(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		var cause, after error
		g.Go(func() error {
			ctx := rt.Context()
			rt.Sleep(time.Hour)
			cause = context.Cause(ctx)
			return ctx.Err()
		})
		g.Go(func() error {
			rt.Sleep(time.Hour)
			after = context.Cause(rt.Context()) // made afterwards
			return rt.Context().Err()
		})
		g.Go(func() error { rt.Yield(); return errTest })
		if err := g.Wait(); err != errTest || cause != errTest || after != errTest {
			t.Errorf("Wait: %v; causes: %v, %v", err, cause, after)
		}
		g = rt.Group()
		g.Go(func() error {
			rt.Sleep(time.Hour)
			cause = context.Cause(rt.Context()) // and the first to be made
			return nil
		})
		failure := errors.New("another failure")
		g.Go(func() error { return failure })
		if err := g.Wait(); err != failure || cause != failure {
			t.Errorf("Wait: %v; cause: %v", err, cause)
		}
	})
}
