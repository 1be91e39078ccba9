package load_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// An interrupted run waits for what is under way, and tells what it has measured until then.
func TestInterruptedRunStillReports(t *testing.T) {
	for name, change := range map[string]func(p *load.Plan){
		"closed loop": nil,
		"open loop":   func(p *load.Plan) { p.Rate = 1000 },
		"warm-up":     func(p *load.Plan) { p.Warmup = time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			sim.Run(t, 1, func(w *sim.World) {
				r := newRig(w, plan(func(p *load.Plan) {
					p.Connections, p.Messages, p.Duration = 3, 0, time.Hour
					if change != nil {
						change(p)
					}
				}), echo)
				w.Run(2 * time.Second)
				r.interrupt(t)
				result := r.result(t)
				wellDone(t, result, result.Totals.MessagesSent)
				if !result.Interrupted || w.Elapsed() > 3100*time.Millisecond || result.Totals.MessagesSent < 1990 {
					t.Errorf("interrupted: %v after %v with %d messages", result.Interrupted, w.Elapsed(), result.Totals.MessagesSent)
				}
				if measured := result.Messages; name == "warm-up" && measured != 0 || name != "warm-up" && measured != result.Totals.MessagesSent {
					t.Errorf("%d messages were measured", measured)
				}
				if name == "open loop" && (result.SentRate < 990 || result.SentRate > 1010) {
					t.Errorf("%v/s were sent", result.SentRate)
				}
			})
		})
	}
}

// Interrupted while it connects, a run ends at once, without a failure.
func TestInterruptedWhileItConnects(t *testing.T) {
	for _, early := range []bool{true, false} {
		sim.Run(t, 1, func(w *sim.World) {
			r := newRig(w, plan(func(p *load.Plan) { p.Timeout = time.Hour }), echo)
			w.Partition(r.server, r.client)
			w.Run(time.Microsecond)
			if !early {
				w.Run(time.Minute)
			}
			r.interrupt(t)
			result := r.result(t)
			if !result.Interrupted || result.Failed() || result.Connected != 0 || w.Elapsed() > 70*time.Second {
				t.Errorf("early: %v: %+v", early, result)
			}
		})
	}
}

// A sender whose next message is not due for a long time does not wait for it.
func TestInterruptedBetweenMessages(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		r := newRig(w, plan(func(p *load.Plan) { p.Connections, p.Messages, p.Rate = 2, 100, 0.01 }), echo)
		w.Run(time.Minute)
		r.interrupt(t)
		result := r.result(t)
		wellDone(t, result, 1)
		if !result.Interrupted || w.Elapsed() > 62*time.Second {
			t.Errorf("interrupted: %v after %v", result.Interrupted, w.Elapsed())
		}
	})
}

// Interrupted before it has begun, a run does not begin.
func TestInterruptedBeforeItBegins(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		var run *load.Run
		nobody := w.Host("nobody", func(rt *eddy.Runtime) error { return rt.Sleep(time.Hour) })
		client := w.Host("client", func(rt *eddy.Runtime) error {
			run = load.New(rt, plan(func(p *load.Plan) { p.Network, p.Address = "tcp", nobody.Address(7) }))
			run.Interrupt()
			return run.Do()
		})
		w.Partition(nobody, client)
		if !w.RunUntil(client.Done) || client.Err() != nil || w.Elapsed() > time.Second {
			t.Errorf("%v after %v", client.Err(), w.Elapsed())
		}
		if r := run.Result(); !r.Interrupted || r.Failed() {
			t.Errorf("%+v", r)
		}
	})
}

// A run that is cancelled, as by a second signal, leaves what it has measured.
func TestCancelledRunKeepsItsResult(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		r := newRig(w, plan(func(p *load.Plan) { p.Messages, p.Duration, p.Timeout = 0, time.Hour, time.Hour }), func(_ *eddy.Runtime, _ int, s *eddy.TCPStream) {
			buf := make([]byte, 100)
			for range 20 {
				if _, err := s.Read(buf); err != nil {
					return
				}
				s.Write(buf)
			}
			readAndDiscard(nil, 0, s)
		})
		w.Run(time.Second)
		r.handle.Shutdown()
		w.RunUntil(r.client.Done)
		result := r.run.Result()
		if !result.Interrupted || result.Messages != 20 || result.Totals.BytesSent != 2100 || result.Failed() {
			t.Errorf("%+v", result)
		}
	})
}
