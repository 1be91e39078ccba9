//go:build unix

package eddy_test

import (
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// F25: the runtime keeps a stream that its tasks have forgotten, because it has to close it, and keeps nothing of one that
// is closed, whatever was done with it.
func TestClosedStreamsAreReleased(t *testing.T) {
	use := map[string]func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream){
		"nothing": func(*testing.T, *eddy.Runtime, *eddy.TCPStream, *eddy.TCPStream) {},
		"deadlines": func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
			must(t, a.SetDeadline(rt.Now().Add(time.Hour)))
			must(t, a.SetIdleTimeout(time.Hour))
			h := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
			untilWaiting(t, rt, 1)
			writeText(t, b, "x")
			h.Join()
		},
		"a blocked write": func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
			h := eddy.Spawn(rt, func() (int, error) { return a.Write(make([]byte, 8<<20)) })
			untilWaiting(t, rt, 1)
			must(t, a.Close())
			h.Join()
		},
		"an adapter": func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
			c := rt.NetConn(a)
			must(t, c.SetDeadline(rt.Now().Add(time.Hour)))
			must(t, c.Close())
		},
		"polls": func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
			fill(t, rt, a)
			for _, f := range []eddy.Future[int]{pollRead(a, make([]byte, 1)), pollWrite(a, make([]byte, 1))} {
				if _, err := eddytest.NewTask(nil, f).Poll(); err != future.Pending {
					t.Error(err)
				}
			}
		},
	}
	for name, use := range use {
		t.Run(name, func(t *testing.T) {
			forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
				forgotten := make([]weak.Pointer[eddy.TCPStream], 4)
				// A task of its own, so that no stack holds them.
				h := rt.Spawn(func() {
					for i := range forgotten {
						a, b := tcpPair(t, rt)
						forgotten[i] = weak.Make(a)
						if i == 0 {
							continue
						}
						use(t, rt, a, b)
						a.Close()
						b.Close()
					}
				})
				h.Join()
				until(t, rt, "nothing lingers", func() bool { return rt.Stats().Closing == 0 })
				must(t, rt.Yield())
				runtime.GC()
				for i, p := range forgotten {
					if alive := p.Value() != nil; alive != (i == 0) {
						t.Errorf("stream %d is there: %v", i, alive)
					}
				}
			})
		})
	}
}
