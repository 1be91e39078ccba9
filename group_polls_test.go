//go:build unix

package eddy_test

import (
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
)

// F24: of a hundred thousand children, each is polled once at first and once for its wake, and the maker once when the
// last has ended; if there is a limit, once more for each room that it waits for.
func TestGroupPollsOfManyChildren(t *testing.T) {
	countPolls(t, "they end at once", 100_000, 0, 1, 1, func(*eddy.Runtime) error { return nil })
	countPolls(t, "they wait once", 100_000, 0, 2, 1, (*eddy.Runtime).Yield)
	countPolls(t, "with a limit", 10_000, 100, 2, 10_000, (*eddy.Runtime).Yield)
}

func countPolls(t *testing.T, name string, n, limit, perChild, maker int, child func(*eddy.Runtime) error) {
	eddytest.Baseline(t)
	blockOn(t, got(eddy.New(eddy.Config{}))(t), func(t *testing.T, rt *eddy.Runtime) {
		before, ran := rt.Stats(), 0
		g := rt.Group()
		g.SetLimit(limit)
		for range n {
			g.Go(func() error { ran++; return child(rt) })
		}
		must(t, g.Wait())
		after := rt.Stats()
		if ran != n || after.Tasks != before.Tasks || after.Spawned-before.Spawned != uint64(n) {
			t.Errorf("%s: %d ran, %d tasks are left", name, ran, after.Tasks-before.Tasks)
		}
		if got := int(after.Polls - before.Polls); got > perChild*n+maker {
			t.Errorf("%s: %d polls, want at most %d", name, got, perChild*n+maker)
		}
	})
}

// F24: so it is where all are cancelled by a sibling's failure.
func TestGroupPollsOfACancel(t *testing.T) {
	const n = 10_000
	eddytest.Baseline(t)
	blockOn(t, got(eddy.New(eddy.Config{}))(t), func(t *testing.T, rt *eddy.Runtime) {
		before := rt.Stats()
		g := rt.Group()
		waits := func() error { _, err := eddy.Await[int](rt, &scripted{}); return err }
		for range n {
			g.Go(waits)
		}
		g.Go(func() error { rt.Yield(); return errTest })
		if err := g.Wait(); err != errTest {
			t.Errorf("Wait: %v", err)
		}
		if got := rt.Stats().Polls - before.Polls; got > 2*(n+1)+1 {
			t.Errorf("%d polls", got)
		}
	})
}
