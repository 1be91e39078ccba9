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

// F36: with one processor and an open Handle, a busy loop gives other goroutines a turn every millisecond. Go's own
// preemption would give them two or three in the time of this test.
func TestBusyLoopGivesATurnEveryMillisecond(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		rt := newRuntime(t, eddy.Config{}, &jumpingKernel{Kernel: k})
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := rt.Handle()
			defer h.Release()
			var turns atomic.Int32
			var over atomic.Bool
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for !over.Load() {
					turns.Add(1)
					runtime.Gosched()
				}
			}()
			const milliseconds = 1000
			for range milliseconds {
				must(t, rt.Yield())
			}
			if n := turns.Load(); n < milliseconds/2 {
				t.Errorf("%d turns in %d ms", n, milliseconds)
			}
			over.Store(true)
			<-ended
		})
	})
}
