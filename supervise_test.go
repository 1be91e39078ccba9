//go:build unix

package eddy_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F37: a program that starts something again whenever it has ended does not keep its runtime from ending, where
// everything that it starts is refused at once.
func TestRestartLoopsEndWithTheRuntime(t *testing.T) {
	restarts := map[string]func(rt *eddy.Runtime) func(){
		"a task": func(rt *eddy.Runtime) func() {
			return func() { rt.Spawn(func() { rt.Sleep(time.Hour) }).Join() }
		},
		"a child": func(rt *eddy.Runtime) func() {
			g := rt.Group()
			return func() { g.Go(func() error { return rt.Sleep(time.Hour) }).Join() }
		},
		"a child that nobody joins": func(rt *eddy.Runtime) func() {
			g := rt.Group()
			g.Cancel()
			return func() { g.Go(func() error { return rt.Sleep(time.Hour) }) }
		},
		"a connection": func(rt *eddy.Runtime) func() {
			return func() { rt.Dial("tcp", "localhost without a port") }
		},
		"a lookup": func(rt *eddy.Runtime) func() {
			return func() { rt.LookupIP("ip", "") }
		},
	}
	for name, loop := range restarts {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace}, k)
				ended, forced := false, true
				blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
					rt.Spawn(func() {
						defer func() { ended = true }()
						restart := loop(rt)
						for range 100_000 {
							restart()
						}
						forced = false
					})
					for range 10 {
						must(t, rt.Yield())
					}
				})
				if !ended || !forced {
					t.Errorf("ended: %v; by force: %v", ended, forced)
				}
			})
		})
	}
}
