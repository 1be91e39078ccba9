//go:build unix

package eddy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// An adapter counts as an open Handle until it is closed, or what it adapts is: then the runtime may be deadlocked.
func TestClosedUnderItsAdapter(t *testing.T) {
	for name, closeUnder := range map[string]func(t *testing.T, rt *eddy.Runtime){
		"stream": func(t *testing.T, rt *eddy.Runtime) {
			s, peer := tcpPair(t, rt)
			rt.NetConn(s)
			must(t, s.Close())
			must(t, peer.Close())
		},
		"listener": func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			rt.NetListener(l)
			must(t, l.Close())
		},
		"closed before": func(t *testing.T, rt *eddy.Runtime) {
			s, peer := tcpPair(t, rt)
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			must(t, s.Close())
			must(t, peer.Close())
			must(t, l.Close())
			c, n := rt.NetConn(s), rt.NetListener(l)
			for range 2 {
				if err := c.Close(); !isClosed(err) {
					t.Errorf("Close: %v", err)
				}
				if err := n.Close(); !isClosed(err) {
					t.Errorf("Close: %v", err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				var h *eddy.Handle
				stuck := false
				rt := newRuntime(t, eddy.Config{}, &scriptedKernel{Kernel: k, wait: func(e []kernel.Event, d time.Duration) (int, kernel.Errno) {
					if stuck && d < 0 { // in the belief that something may come from outside
						h.Shutdown()
					}
					return k.Wait(e, d)
				}})
				h = rt.Handle()
				err := rt.BlockOn(func(rt *eddy.Runtime) error {
					closeUnder(t, rt)
					h.Release()
					stuck = true
					_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{}))
					return err
				})
				if _, ok := errors.AsType[*eddy.DeadlockError](err); !ok {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// A stream of another runtime is a mistake: its adapter's task would run on the wrong loop.
func TestNetConnOfAnotherRuntime(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		other := startLoop(t, k)
		address := other.listen(t, "tcp").Addr().String()
		var s *eddy.TCPStream
		other.do(t, func(rt *eddy.Runtime) { s, _ = rt.DialTCP(address) })
		blockOn(t, got(eddy.New(eddy.Config{}))(t), func(t *testing.T, rt *eddy.Runtime) {
			wantPanic(t, "NetConn", func() { rt.NetConn(s) }, "another runtime's")
		})
	})
}
