//go:build unix

package eddy_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// fakeWorld makes a simulated kernel of a real one: it chooses among ready tasks, and an offloaded function's end
// arrives with the next wait. With a park it does what a simulated host does: it lets somebody else go on instead of
// blocking.
type fakeWorld struct {
	kernel.Kernel
	pick    func(n int) int
	park    func()
	offload []func() // what is to be posted
	settled int
}

func (w *fakeWorld) BlocksThread() bool { return false }
func (w *fakeWorld) ThreadID() int      { return 0 }
func (w *fakeWorld) Pick(n int) int     { return w.pick(n) }
func (w *fakeWorld) Settle()            { w.settled++ }

func (w *fakeWorld) Offload(run, post func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run()
	}()
	<-ended
	w.offload = append(w.offload, post)
}

func (w *fakeWorld) Wait(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
	for _, post := range w.offload {
		post()
	}
	w.offload = nil
	if w.park != nil {
		w.park()
		timeout = 0
	}
	return w.Kernel.Wait(events, timeout)
}

// onFakeWorlds runs test with a runtime on a fake world around each kernel.
func onFakeWorlds(t *testing.T, c eddy.Config, test func(t *testing.T, rt *eddy.Runtime, w *fakeWorld)) {
	t.Helper()
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		w := &fakeWorld{Kernel: k, pick: func(int) int { return 0 }}
		test(t, newRuntime(t, c, w), w)
	})
}
