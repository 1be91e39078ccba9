//go:build unix

package eddy_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// jumpingKernel is a kernel on which a millisecond passes with each wait.
type jumpingKernel struct {
	kernel.Kernel
	waits time.Duration
}

func (k *jumpingKernel) Now() time.Duration { return k.waits * time.Millisecond }

func (k *jumpingKernel) Wait(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
	k.waits++
	return k.Kernel.Wait(events, timeout)
}

// F36: with one processor a busy loop gives other goroutines a turn every millisecond while one of them works for it, and
// every two while there is only a Handle. Go's own preemption would give them two or three in the time of this test.
func TestBusyLoopGivesOthersTurns(t *testing.T) {
	const milliseconds = 1000
	for _, c := range []struct {
		name  string
		start func(rt *eddy.Runtime, others func()) (end func())
		turns int32
	}{
		{"handle", func(rt *eddy.Runtime, others func()) func() {
			h := rt.Handle()
			go others()
			return h.Release
		}, milliseconds / 2},
		{"offload", func(rt *eddy.Runtime, others func()) func() {
			eddy.Spawn(rt, func() (struct{}, error) {
				return eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { others(); return struct{}{}, nil }))
			})
			return func() {}
		}, milliseconds},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
				rt := newRuntime(t, eddy.Config{}, &jumpingKernel{Kernel: k})
				blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
					var turns atomic.Int32
					var over atomic.Bool
					ended := make(chan struct{})
					end := c.start(rt, func() {
						defer close(ended)
						for !over.Load() {
							turns.Add(1)
							runtime.Gosched()
						}
					})
					defer end()
					for range milliseconds {
						must(t, rt.Yield())
					}
					if n := turns.Load(); n < c.turns*3/4 || n > c.turns*5/4 {
						t.Errorf("%d turns in %d ms, want about %d", n, milliseconds, c.turns)
					}
					over.Store(true)
					<-ended
				})
			})
		})
	}
}
