//go:build unix

package eddy_test

import (
	"log/slog"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/internal/kernel"
)

// forEachKernel runs body as the main task of a runtime, on each kernel. It ends the test if BlockOn fails, and sees
// that no goroutine and no descriptor is left behind (F25).
func forEachKernel(t *testing.T, body func(t *testing.T, rt *eddy.Runtime)) {
	t.Helper()
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) { blockOn(t, newRuntime(t, eddy.Config{}, k), body) })
}

// onEachKernel is for tests that make their runtimes themselves.
func onEachKernel(t *testing.T, test func(t *testing.T, k kernel.Kernel)) {
	t.Helper()
	for name, open := range kernels {
		t.Run(name, func(t *testing.T) {
			eddytest.Baseline(t)
			k, err := open()
			if err != nil {
				t.Fatal(err)
			}
			test(t, k)
		})
	}
}

// onThisSystem is forEachKernel for what only the system's own kernel can show.
func onThisSystem(t *testing.T, body func(t *testing.T, rt *eddy.Runtime)) {
	t.Helper()
	eddytest.Baseline(t)
	blockOn(t, got(eddy.New(eddy.Config{CheckThread: true}))(t), body)
}

// newRuntime makes a runtime as all tests want it: it looks where its methods are called, and logs to the test.
func newRuntime(t *testing.T, c eddy.Config, k kernel.Kernel) *eddy.Runtime {
	c.CheckThread = true
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return eddy.NewWithKernel(c, k)
}

// blockOn runs body as the main task of rt. t.Fatal works in it: BlockOn cleans up and passes the Goexit on.
func blockOn(t *testing.T, rt *eddy.Runtime, body func(t *testing.T, rt *eddy.Runtime)) {
	t.Helper()
	if err := rt.BlockOn(func(rt *eddy.Runtime) error { body(t, rt); return nil }); err != nil {
		t.Fatal("BlockOn:", err)
	}
}

// must ends the test if err is not nil.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got returns the value of a call that must not fail.
func got[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// until lets the loop turn until ok reports true.
func until(t *testing.T, rt *eddy.Runtime, what string, ok func() bool) {
	t.Helper()
	for turns := 0; !ok(); turns++ {
		if turns == 1_000_000 {
			t.Fatalf("a million turns, and still not: %s", what)
		}
		must(t, rt.Yield())
	}
}

// untilWaiting lets the loop turn until n tasks wait: all that the test has started.
func untilWaiting(t *testing.T, rt *eddy.Runtime, n int) {
	t.Helper()
	until(t, rt, "tasks wait", func() bool {
		waiting := 0
		for _, task := range rt.Tasks() {
			if task.State == "waiting" {
				waiting++
			}
		}
		return waiting == n
	})
}

// panicOf returns what fn panics with.
func panicOf(fn func()) (v any) {
	defer func() { v = recover() }()
	fn()
	return nil
}
