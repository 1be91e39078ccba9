//go:build unix

package eddy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// A cancel of the maker reaches its groups' children at once, before the maker itself has been polled, and groups inside
// groups. Wait goes on until they have ended, whatever comes, and then tells of both.
func TestGroupIsCanceledWithItsMaker(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		ended := 0
		release := &scripted{}
		var result error
		h := rt.Spawn(func() {
			g := rt.Group()
			g.Go(func() error {
				inner := rt.Group()
				inner.Go(sleeper(rt, &ended))
				return inner.Wait()
			})
			g.Go(func() error {
				rt.Sleep(time.Hour)
				rt.Shield(func() error { _, err := eddy.Await[int](rt, release); return err })
				ended++
				return errTest
			})
			result = g.Wait()
		})
		untilWaiting(t, rt, 4)
		h.Cancel()
		for _, task := range rt.Tasks()[1:] {
			if task.State != "ready" {
				t.Errorf("after the cancel: %v", task)
			}
		}
		for range 5 {
			h.Cancel()
			must(t, rt.Yield())
		}
		if ended != 1 || h.Done() {
			t.Errorf("%d children have ended; the maker: %v", ended, h.Done())
		}
		release.done = true
		release.waker.Wake()
		h.Join()
		if ended != 2 || !errors.Is(result, eddy.ErrCanceled) || !errors.Is(result, errTest) {
			t.Errorf("%d children have ended; Wait: %v", ended, result)
		}
	})
}

// A group may be cancelled by anybody, also by a child, and more than once. A child that has not begun is started all the
// same, so that its deferred calls run.
func TestGroupCancel(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		g := rt.Group()
		ended := 0
		g.Go(sleeper(rt, &ended))
		g.Go(func() error {
			g.Cancel()
			g.Cancel()
			return rt.Sleep(time.Hour)
		})
		g.Go(sleeper(rt, &ended))
		if err := g.Wait(); err != eddy.ErrCanceled || ended != 2 {
			t.Errorf("Wait: %v, %d ended", err, ended)
		}
		g.Cancel()
	})
}
