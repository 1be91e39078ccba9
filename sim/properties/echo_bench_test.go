package properties_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// BenchmarkEchoUnderFaults is the minute of TestEchoUnderFaults, a seed each time, in a world without a bubble.
func BenchmarkEchoUnderFaults(b *testing.B) {
	var buffers bufferPool
	calls := uint64(0)
	for seed := uint64(1); b.Loop(); seed++ {
		w := sim.New(seed, sim.Config{})
		newEcho(b, w, &buffers).run()
		calls += w.Calls()
		if err := w.Close(); err != nil {
			b.Fatalf("seed %d: %v", seed, err)
		}
	}
	b.ReportMetric(float64(calls)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkIdleHour is an hour in which nothing is said on a thousand connections. Each has an idle timeout, and the
// last of them passes when the hour is over.
func BenchmarkIdleHour(b *testing.B) {
	const connections = 1000
	for seed := uint64(1); b.Loop(); seed++ {
		w := sim.New(seed, sim.Config{})
		accepted, dropped := 0, 0
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) {
			accepted++
			s.SetIdleTimeout(time.Duration(accepted) * time.Hour / connections)
			io.Copy(s, s)
			dropped++
		})
		w.Host("client", func(rt *eddy.Runtime) error {
			streams := make([]*eddy.TCPStream, connections)
			for i := range streams {
				s, err := rt.DialTCP(server.Address(echoPort))
				if err != nil {
					return err
				}
				streams[i] = s
			}
			return rt.Sleep(2 * time.Hour)
		})
		w.Run(time.Hour + time.Minute)
		if dropped != connections {
			b.Fatalf("%d connections of %d were dropped", dropped, connections)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
