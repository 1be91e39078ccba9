//go:build unix

package eddy_test

import (
	"net"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F35: when Close of a listener's adapter returns on a goroutine, the address is free: whoever listens there next gets
// it, and keeps a Unix socket's file. A busy loop makes the goroutine wait for that.
func TestNetListenerCloseFreesTheAddress(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				l := startLoop(t, k)
				for range 50 {
					listener := l.listen(t, network)
					address := listener.Addr().String()
					holds := make(chan struct{})
					must(t, l.handle.Spawn(func() {
						close(holds)
						for !eddy.CloseAsked(listener) {
							runtime.Gosched()
						}
					}))
					<-holds
					must(t, listener.Close())
					next := got(net.Listen(network, address))(t)
					l.do(t, func(*eddy.Runtime) {}) // the loop has done all that was asked of it before
					if network == "unix" {
						got(os.Stat(address))(t)
					}
					must(t, next.Close())
				}
			})
		})
	}
}

// A Close that races with the end of the runtime returns however that goes, and nil only where the address is free.
func TestNetListenerCloseRacesWithTheEnd(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		var wg sync.WaitGroup
		for range 20 {
			for _, network := range []string{"tcp", "unix"} {
				listener := l.listen(t, network)
				wg.Go(func() {
					if err := listener.Close(); err != nil {
						if !isClosed(err) {
							t.Error("Close:", err)
						}
						return
					}
					next, err := net.Listen(network, listener.Addr().String())
					if err != nil {
						t.Error("after Close:", err)
						return
					}
					next.Close()
				})
			}
		}
		l.end(t)
		wg.Wait()
	})
}

// A task's Close does not wait for the loop on which it runs.
func TestNetListenerCloseInATask(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		listener := rt.NetListener(got(rt.ListenTCP("127.0.0.1:0"))(t))
		must(t, listener.Close())
	})
}
