//go:build unix

package eddy_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// Two runtimes in one process share nothing: a server on one goroutine, its client on another.
func TestTwoRuntimesAtOnce(t *testing.T) {
	for name, open := range kernels {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				other, err := open()
				must(t, err)
				client, server := newRuntime(t, eddy.Config{}, k), newRuntime(t, eddy.Config{}, other)
				addr := make(chan string, 1)
				var wg sync.WaitGroup
				wg.Go(func() {
					must(t, server.BlockOn(func(rt *eddy.Runtime) error {
						l := got(rt.ListenTCP("127.0.0.1:0"))(t)
						addr <- l.Addr().String()
						s := got(l.AcceptTCP())(t)
						defer s.Close()
						_, err := s.WriteTo(s)
						return err
					}))
				})
				wg.Go(func() {
					must(t, client.BlockOn(func(rt *eddy.Runtime) error {
						s := got(rt.DialTCP(<-addr))(t)
						defer s.Close()
						for i := range 100 {
							text := fmt.Sprint("message ", i)
							writeText(t, s, text)
							readText(t, s, text)
						}
						return nil
					}))
				})
				wg.Wait()
			})
		})
	}
}

// F36: at GOMAXPROCS=1 another goroutine gets to run while the loop is busy, if a Handle is open.
func TestBusyLoopLetsGoroutinesRun(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		h := rt.Handle()
		defer h.Release()
		for range 3 {
			ran := false
			go h.Spawn(func() { ran = true })
			until(t, rt, "the goroutine ran", func() bool { return ran })
		}
	})
}
