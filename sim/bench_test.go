package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// Kernel calls a second of an echo world: a server and 20 clients that say something as fast as they are answered.
func BenchmarkKernelCalls(b *testing.B) {
	w := sim.New(1, sim.Config{})
	busy(w)
	b.ReportAllocs()
	b.ResetTimer()
	for before := w.Calls(); w.Calls()-before < uint64(b.N); {
		w.Run(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// The same in a bubble, which is for tests only. Its time is for people to read.
func TestKernelCallsInABubble(t *testing.T) {
	var calls, seed uint64
	begin := time.Now()
	sim.Run(t, 1, func(w *sim.World) {
		if calls > 0 && w.Seed() != seed { // one tells enough
			return
		}
		seed = w.Seed()
		busy(w)
		for w.Calls() < 100_000 {
			w.Run(time.Millisecond)
		}
		calls = w.Calls()
	})
	took := time.Since(begin)
	t.Logf("%d kernel calls in %v: %.0f a second", calls, took, float64(calls)/took.Seconds())
}

func busy(w *sim.World) {
	server := w.Host("server", echo)
	w.Run(time.Second)
	for i := range 20 {
		w.Host(fmt.Sprint("client ", i), func(rt *eddy.Runtime) error {
			s, err := rt.DialTCP(server.Address(port))
			if err != nil {
				return err
			}
			defer s.Close()
			for {
				if err := say(s, "hello"); err != nil {
					return err
				}
			}
		})
	}
}
