package main

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// The generator and the server come to the same totals, in whatever order things happen.
func TestBenchAgainstTheSimulatedServer(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *sim.World) {
		s := simulate(w, nil)
		var run *load.Run
		client := w.Host("client", func(rt *eddy.Runtime) error {
			run = load.New(rt, load.Plan{
				Network: "tcp", Address: s.host.Address(7), Connections: 1 + w.Rand().IntN(20), Messages: 500,
				Size: 1 + w.Rand().IntN(5000), Depth: 1 + w.Rand().IntN(8), Verify: true, Timeout: time.Minute,
			})
			return run.Do()
		})
		w.SetFaults(sim.Faults{sim.ShortRead: {Chance: 0.2}, sim.ShortWrite: {Chance: 0.2}, sim.LateEvent: {Chance: 0.1}, sim.ShuffledTasks: {Chance: 0.5}})
		if !w.RunUntil(client.Done) || client.Err() != nil {
			t.Fatal(client.Err())
		}
		w.Run(time.Second)
		s.check(t)
		r := run.Result()
		n := s.totals
		if r.Failed() || n.bytesIn != r.Totals.BytesSent || n.bytesOut != r.Totals.BytesReceived || int(n.left) != r.Plan.Connections {
			t.Errorf("the server counted %+v, we %+v: %v", n, r.Totals, r.Failures)
		}
	})
}
