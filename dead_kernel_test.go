//go:build unix

package eddy_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F25: when the kernel's wait fails, BlockOn says so, and all tasks end although nothing can wake them any more: also
// more of them than a turn polls, and those whose deferred calls wait on and on.
func TestDeadKernelLeavesNoTask(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		dead := false
		dying := &scriptedKernel{Kernel: k, wait: func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
			if dead {
				return 0, syscall.EIO
			}
			return k.Wait(events, timeout)
		}}
		const tasks = 600
		ended := 0
		err := newRuntime(t, eddy.Config{}, dying).BlockOn(func(rt *eddy.Runtime) error {
			for range tasks {
				rt.Spawn(func() {
					defer func() { ended++ }()
					defer func() {
						for range 300 {
							rt.Yield()
						}
					}()
					rt.Sleep(time.Hour)
				})
			}
			untilWaiting(t, rt, tasks)
			dead = true
			return rt.Sleep(time.Hour)
		})
		if !errors.Is(err, syscall.EIO) || ended != tasks {
			t.Errorf("%d of %d tasks have ended, %v", ended, tasks, err)
		}
	})
}
