package load_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// Whatever kernels and networks do short of breaking connections, every byte comes back and is counted once.
func TestNothingIsLostUnderMildFaults(t *testing.T) {
	for seed := range uint64(30) {
		for _, rate := range []float64{0, 300} {
			t.Run(fmt.Sprint(seed, " ", rate), func(t *testing.T) {
				sim.Run(t, seed, func(w *sim.World) {
					r := newRig(w, plan(func(p *load.Plan) {
						p.Connections, p.Messages, p.Depth, p.Verify, p.Rate = 5, 200, 1+int(seed%4), true, rate
						p.Size = 1 + w.Rand().IntN(20_000)
						p.Timeout = time.Minute
					}), echo)
					w.SetFaults(sim.Faults{
						sim.ShortRead: {Chance: 0.3}, sim.ShortWrite: {Chance: 0.3}, sim.FalseReady: {Chance: 0.1}, sim.SpuriousEvent: {Chance: 0.1},
						sim.LateEvent: {Chance: 0.1}, sim.MergedEvents: {Chance: 0.1}, sim.EndWithData: {Chance: 0.5}, sim.ShuffledTasks: {Chance: 0.5},
						sim.Stall: {Chance: 0.01},
					})
					wellDone(t, r.result(t), 200)
				})
			})
		}
	}
}

// With connections that are reset, every byte is accounted for: it came back, or is told as lost.
func TestResetsAreAccountedFor(t *testing.T) {
	failed := 0
	for seed := range uint64(20) {
		sim.Run(t, seed, func(w *sim.World) {
			r := newRig(w, plan(func(p *load.Plan) { p.Connections, p.Messages, p.Depth, p.Verify = 8, 400, 3, true }), echo)
			w.SetFaults(sim.Faults{sim.Reset: {Chance: 0.003}, sim.ShortRead: {Chance: 0.2}})
			result := r.result(t)
			if n := result.Totals; n.BytesSent != n.BytesReceived+result.Lost {
				t.Errorf("%+v, and %d lost", n, result.Lost)
			}
			if result.Failed() {
				failed++
			}
		})
	}
	if failed == 0 || failed == 20 {
		t.Errorf("%d of 20 runs have failed", failed)
	}
}

// A name is looked up once, for the first connection.
func TestNamesAreLookedUpOnce(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		lookups := 0
		r := newRig(w, plan(nil), echo)
		r.result(t)
		var run *load.Run
		named := w.HostConfig("named", eddy.Config{LookupIP: func(_ context.Context, network, host string) ([]netip.Addr, error) {
			if host != "echo.test" {
				return nil, fmt.Errorf("who is %s?", host)
			}
			if network == "ip6" {
				return nil, nil
			}
			lookups++
			return []netip.Addr{r.server.Addr()}, nil
		}}, func(rt *eddy.Runtime) error {
			run = load.New(rt, plan(func(p *load.Plan) { p.Connections, p.Messages, p.Network, p.Address = 20, 100, "tcp", "echo.test:7" }))
			return run.Do()
		})
		if !w.RunUntil(named.Done) || named.Err() != nil {
			t.Fatal(named.Err())
		}
		wellDone(t, run.Result(), 100)
		if result := run.Result(); result.Connected != 20 || lookups != 1 {
			t.Errorf("%d connections, %d lookups", result.Connected, lookups)
		}
	})
}

// Unix sockets are servers, too.
func TestUnixSocket(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		var run *load.Run
		host := w.Host("both", func(rt *eddy.Runtime) error {
			l, err := rt.ListenUnix("/echo.sock")
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				for {
					s, err := l.AcceptTCP()
					if err != nil {
						return
					}
					rt.Spawn(func() { s.WriteTo(s); s.Close() })
				}
			})
			run = load.New(rt, plan(func(p *load.Plan) { p.Connections, p.Network, p.Address, p.Verify = 3, "unix", "/echo.sock", true }))
			return run.Do()
		})
		if !w.RunUntil(host.Done) || host.Err() != nil {
			t.Fatal(host.Err())
		}
		wellDone(t, run.Result(), 10)
	})
}
