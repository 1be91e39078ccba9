//go:build unix

package load_test

import (
	"runtime"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/eddytest"
)

// on runs a plan on the system's own kernel, against an echo on the same runtime, and returns how much was allocated.
func on(t testing.TB, p load.Plan) (result *load.Result, mallocs uint64) {
	t.Helper()
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP("127.0.0.1:0")
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
		p.Network, p.Address = "tcp", l.Addr().String()
		run := load.New(rt, p)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = run.Do()
		runtime.ReadMemStats(&after)
		result, mallocs = run.Result(), after.Mallocs-before.Mallocs
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return result, mallocs
}

// A message allocates nothing: 20 000 more of them cost no more than the noise of a run.
func TestMessagesAllocateNothing(t *testing.T) {
	for name, change := range map[string]func(p *load.Plan){
		"closed loop": nil,
		"depth":       func(p *load.Plan) { p.Depth = 8 },
		"verify":      func(p *load.Plan) { p.Verify = true },
		"open loop":   func(p *load.Plan) { p.Rate = 50_000 },
	} {
		t.Run(name, func(t *testing.T) {
			eddytest.Baseline(t)
			var mallocs [2]uint64
			for i, messages := range []uint64{1000, 21_000} {
				result, n := on(t, plan(func(p *load.Plan) {
					p.Connections, p.Messages, p.Size = 10, messages, 512
					if change != nil {
						change(p)
					}
				}))
				wellDone(t, result, messages)
				mallocs[i] = n
			}
			if mallocs[1] > mallocs[0]+200 {
				t.Errorf("a run of 1000 messages makes %d allocations, one of 21000 %d", mallocs[0], mallocs[1])
			}
		})
	}
}

// BenchmarkMessages is a closed loop with both ends on one runtime: the price of a message, ours and the echo's.
func BenchmarkMessages(b *testing.B) {
	b.ReportAllocs()
	result, _ := on(b, plan(func(p *load.Plan) { p.Connections, p.Messages, p.Size = 50, uint64(b.N), 512 }))
	if result.Failed() {
		b.Error(result.Failures)
	}
}
