package load_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// A look tells of the time since the look before.
func TestLiveFigures(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		slow := false
		r := newRig(w, plan(func(p *load.Plan) { p.Connections, p.Messages, p.Warmup, p.Duration = 2, 0, time.Second, 2*time.Second }), func(rt *eddy.Runtime, _ int, s *eddy.TCPStream) {
			buf := make([]byte, 100)
			for {
				if _, err := s.Read(buf); err != nil {
					return
				}
				if slow {
					rt.Sleep(8 * time.Millisecond)
				}
				s.Write(buf)
			}
		})
		check := func(phase load.Phase, rate float64, p99 time.Duration) {
			t.Helper()
			l := r.run.Look()
			if l.Phase != phase || l.Rate < 0.97*rate || l.Rate > 1.03*rate || l.P99 < p99 || l.P99 > p99*103/100 || l.Failures != 0 {
				t.Errorf("%+v, want phase %v, %v/s and %v", l, phase, rate, p99)
			}
		}
		w.Run(time.Microsecond)
		if l := r.run.Look(); l != (load.Live{}) {
			t.Errorf("at the start: %+v", l)
		}
		w.Run(250 * time.Millisecond)
		check(load.Warming, 1000, 0) // from now on latencies are kept
		w.Run(250 * time.Millisecond)
		check(load.Warming, 1000, 2*time.Millisecond)
		w.Run(time.Second)
		check(load.Measuring, 1000, 2*time.Millisecond)
		slow = true
		w.Run(time.Second)
		check(load.Measuring, 200, 10*time.Millisecond)
		slow = false
		w.Run(20 * time.Millisecond)
		r.run.Look()
		w.Run(250 * time.Millisecond)
		check(load.Measuring, 1000, 2*time.Millisecond)
		result := r.result(t)
		wellDone(t, result, result.Totals.MessagesSent)
		if l := r.run.Look(); l.Phase != load.Ending {
			t.Errorf("at the end: %+v", l)
		}
	})
}
