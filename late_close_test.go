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

// F25, F35: what another goroutine closes while the runtime ends is closed once, whether the loop takes the close in
// or has failed and takes nothing in any more. The first socket that the end closes gives the goroutine its turn.
func TestCloseWhileTheRuntimeEnds(t *testing.T) {
	for name, failing := range map[string]bool{"the loop runs": false, "the loop has failed": true} {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				ending := false
				var streams []*eddy.TCPStream
				closes := make(map[int]int)
				faulty := &scriptedKernel{Kernel: k}
				faulty.wait = func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
					if failing && ending {
						return 0, syscall.EBADF
					}
					return k.Wait(events, timeout)
				}
				faulty.deregister = func(fd int) kernel.Errno {
					if ending {
						closed := make(chan struct{})
						go func() {
							defer close(closed)
							for _, s := range streams {
								s.Close()
							}
						}()
						<-closed
					}
					return k.Deregister(fd)
				}
				faulty.close = func(fd int) kernel.Errno {
					if ending {
						closes[fd]++
					}
					return k.Close(fd)
				}
				rt := newRuntime(t, eddy.Config{}, faulty)
				err := rt.BlockOn(func(rt *eddy.Runtime) error {
					for range 2 {
						a, b := tcpPair(t, rt)
						streams = append(streams, a, b)
					}
					rt.Spawn(func() { // the loop turns, and fails, while it ends this one
						for range 1000 {
							rt.Sleep(time.Hour)
						}
					})
					must(t, rt.Yield())
					ending = true
					return nil
				})
				if failing != errors.Is(err, syscall.EBADF) {
					t.Errorf("got %v", err)
				}
				if len(closes) != len(streams) {
					t.Errorf("%d of %d streams were closed", len(closes), len(streams))
				}
				for fd, n := range closes {
					if n != 1 {
						t.Errorf("descriptor %d was closed %d times", fd, n)
					}
				}
			})
		})
	}
}
