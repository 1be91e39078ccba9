//go:build unix

package eddy_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/eddy-go/eddy"
)

// F36: with one processor, a goroutine that has got its answer runs before the loop goes on. Else a busy loop would have
// made hundreds of turns until then, and one that sleeps would keep the processor until the scheduler notices.
func TestAnsweredGoroutineRunsAtOnce(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		a, b := unixPair(t, rt)
		defer b.Close()
		c := rt.NetConn(a)
		defer c.Close()
		var reads atomic.Int32
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for buf := make([]byte, 1); ; reads.Add(1) {
				if _, err := c.Read(buf); err != nil {
					return
				}
			}
		}()
		const rounds = 100
		late := 0
		for round := range rounds {
			writeText(t, b, "x")
			turns := 0
			for ; reads.Load() == int32(round); turns++ {
				must(t, rt.Yield())
			}
			if turns > 5 {
				late++
			}
		}
		if late > rounds/2 { // one in sixty is Go's scheduler's fairness
			t.Errorf("%d of %d answers were late", late, rounds)
		}
		c.Close()
		eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { <-ended; return struct{}{}, nil }))
	})
}
