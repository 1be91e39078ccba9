//go:build unix

package eddy_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// F17: a loop that spends lets other tasks and the kernel have their turn, though it never waits.
func TestSpendLetsOthersRun(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		others := 0
		rt.Spawn(func() {
			for rt.Yield() == nil {
				others++
			}
		})
		turns := rt.Stats().Turns
		for range 10_000 {
			must(t, rt.Spend())
		}
		if passed := rt.Stats().Turns - turns; others < 10 || passed < 10 {
			t.Errorf("the other task had %d turns, the kernel %d", others, passed)
		}
	})
}

// Spend fails where a wait would.
func TestSpendFailsWhereWaitsDo(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		if err := rt.WithTimeout(0, rt.Spend); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("in an expired WithTimeout: %v", err)
		}
		var err error
		task := rt.Spawn(func() {
			_ = rt.Sleep(time.Hour)
			err = rt.Spend()
		})
		must(t, rt.Yield())
		task.Cancel()
		_, _ = task.Join()
		if !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("in a cancelled task: %v", err)
		}
	})
}

func TestSpendAllocatesNothing(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		if n := testing.AllocsPerRun(1000, func() { _ = rt.Spend() }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
