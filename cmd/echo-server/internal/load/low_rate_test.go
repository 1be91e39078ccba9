package load_test

import (
	"math"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// A rate with few messages, or with one in longer than a clock counts, is neither more than was asked for nor an end
// without an end.
func TestLowRates(t *testing.T) {
	for _, c := range []struct {
		rate     float64
		messages uint64
	}{{1, 3}, {0.4, 2}, {0.1, 1}, {1e-9, 1}, {1e-20, 1}, {math.SmallestNonzeroFloat64, 1}} {
		r := against(t, echo, func(p *load.Plan) { p.Messages, p.Duration, p.Rate = 0, 3*time.Second, c.rate })
		wellDone(t, r, c.messages)
		const longest = 1e-9 // a clock counts 292 years: about 1e10 s
		if !r.RateReached() || r.SentRate > 1.001*max(c.rate, longest) || r.Elapsed.Round(10*time.Millisecond) != 3*time.Second || r.NotSent != 0 {
			t.Errorf("asked for %v/s: %v/s were sent, in %v, and %d not", c.rate, r.SentRate, r.Elapsed, r.NotSent)
		}
	}
}

// Connections that end at once have not sent at a higher rate than was asked for.
func TestRateOfConnectionsThatEnd(t *testing.T) {
	firstMessage := func(_ *eddy.Runtime, number int, s *eddy.TCPStream) {
		if number == 0 {
			s.Read(make([]byte, 100))
		}
	}
	r := against(t, firstMessage, func(p *load.Plan) { p.Connections, p.Messages, p.Duration, p.Rate = 2, 0, 3*time.Second, 10 })
	if r.SentRate < 9.99 || r.SentRate > 10.01 || !r.Failed() {
		t.Errorf("%v/s were sent; failures %v", r.SentRate, r.Failures)
	}
}

// Plans that reach beyond the end of all clocks are only ended by an interruption, and count until then.
func TestHugePlans(t *testing.T) {
	for name, change := range map[string]func(p *load.Plan){
		"messages":        func(p *load.Plan) { p.Messages, p.Warmup = math.MaxUint64, time.Second },
		"messages, open":  func(p *load.Plan) { p.Messages, p.Warmup, p.Rate = math.MaxUint64, time.Second, 100 },
		"warm-up":         func(p *load.Plan) { p.Messages, p.Warmup, p.Duration = 0, math.MaxInt64, math.MaxInt64 },
		"warm-up, open":   func(p *load.Plan) { p.Messages, p.Warmup, p.Duration, p.Rate = 0, math.MaxInt64, math.MaxInt64, 100 },
		"warm-up, 1e9/s":  func(p *load.Plan) { p.Messages, p.Warmup, p.Duration, p.Rate = 0, math.MaxInt64, math.MaxInt64, 1e9 },
		"duration":        func(p *load.Plan) { p.Messages, p.Duration, p.Timeout = 0, math.MaxInt64, math.MaxInt64 },
		"message, 1e-9/s": func(p *load.Plan) { p.Messages, p.Rate, p.Warmup = math.MaxUint64, 1e-9, time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			r := interruptedAfter(t, 3*time.Second, change)
			if !r.Interrupted || r.Totals.MessagesSent == 0 {
				t.Errorf("interrupted: %v, %+v", r.Interrupted, r.Totals)
			}
			wellDone(t, r, r.Totals.MessagesSent)
			if r.Plan.Warmup == math.MaxInt64 && r.Messages > 0 {
				t.Errorf("%d messages of the warm-up were measured", r.Messages)
			}
		})
	}
}

// interruptedAfter is the result of a run that goes on until it is interrupted.
func interruptedAfter(t *testing.T, after time.Duration, change func(p *load.Plan)) (result *load.Result) {
	t.Helper()
	sim.Run(t, 1, func(w *sim.World) {
		r := newRig(w, plan(change), echo)
		w.Run(after)
		r.interrupt(t)
		result = r.result(t)
	})
	return result
}
