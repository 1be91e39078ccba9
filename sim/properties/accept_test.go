package properties_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F7, F8: a listener outlives every error that accept has. While the system lacks something it asks ever more rarely and
// says so once; what waits meanwhile is served afterwards, and so is who comes later.
func TestAcceptSurvives(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		var (
			server   *eddy.Runtime
			lines    int
			accepted int
		)
		logger := slog.New(lineCounter{slog.DiscardHandler, &lines})
		host := w.HostConfig("server", eddy.Config{Logger: logger}, func(rt *eddy.Runtime) error {
			server = rt
			l, err := rt.ListenTCP(":7")
			if err != nil {
				return err
			}
			for {
				s, err := l.AcceptTCP()
				if err != nil {
					return err
				}
				accepted++
				rt.Spawn(func() { // until the client leaves
					_, _ = eddy.Await(rt, s.Readable())
					s.Close()
				})
			}
		})
		clients := w.Host("clients", func(rt *eddy.Runtime) error {
			return (&caller{w: w, rt: rt, address: host.Address(peerPort)}).run()
		})
		w.Run(time.Millisecond)
		before := server.Stats().Kernel.Accepts
		w.SetFaults(sim.Faults{sim.AcceptFull: {Chance: 1}})
		w.Run(10 * time.Second)
		if accepted > 0 {
			t.Errorf("%d connections were accepted although there was no room", accepted)
		}
		// Pauses of 5 ms, doubled 8 times, and then of a second each.
		if calls := server.Stats().Kernel.Accepts - before; calls < 10 || calls > 30 {
			t.Errorf("%d calls of accept in 10 s of want", calls)
		}
		if lines != 1 {
			t.Errorf("%d lines were logged", lines)
		}
		w.SetFaults(sim.Faults{})
		w.Run(time.Second + 10*time.Millisecond)
		if want := callers - 2; accepted != want {
			t.Errorf("%d of %d connections that had waited were accepted within the longest pause", accepted, want)
		}
		w.SetFaults(sim.Faults{sim.AcceptBroken: {Chance: 0.7}, sim.AcceptFull: {Chance: 0.3}, sim.FalseReady: {Chance: 0.3}, sim.StrayWake: {Chance: 0.1}})
		w.Run(5 * time.Second) // somebody else calls
		w.SetFaults(sim.Faults{})
		w.Run(2 * time.Second) // and the last one
		if !w.RunUntil(clients.Done) {
			t.Error("some call never ends")
		}
		if host.Done() {
			t.Errorf("the listener has ended: %v", host.Err())
		}
	})
}

// callers is how many call, the last two of them later. Picked.
const callers = 6

// caller makes the calls: some at the beginning, one in the midst of the faults, and one after them, which must succeed.
type caller struct {
	w       *sim.World
	rt      *eddy.Runtime
	address string
}

func (c *caller) run() error {
	for range callers - 2 {
		c.rt.Spawn(func() {
			_ = c.rt.Sleep(time.Millisecond + upTo(c.w, time.Second))
			c.call()
		})
	}
	if err := c.rt.Sleep(12 * time.Second); err != nil {
		return err
	}
	for range 20 { // a burst
		c.rt.Spawn(c.call)
	}
	if err := c.rt.Sleep(5 * time.Second); err != nil {
		return err
	}
	s, err := c.rt.DialTCP(c.address)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Write([]byte{1}); err != nil {
		return err
	}
	_ = s.SetReadDeadline(c.rt.Now().Add(2 * time.Second))
	_, err = eddy.Await(c.rt, s.Readable()) // the server closes
	return err
}

func (c *caller) call() {
	if s, err := c.rt.DialTCP(c.address); err == nil {
		_ = c.rt.Sleep(20 * time.Second)
		s.Close()
	}
}

// lineCounter counts the lines of a log.
type lineCounter struct {
	slog.Handler
	n *int
}

func (l lineCounter) Enabled(_ context.Context, _ slog.Level) bool { return true }

func (l lineCounter) Handle(_ context.Context, _ slog.Record) error { *l.n++; return nil }

func (l lineCounter) WithAttrs([]slog.Attr) slog.Handler { return l }

// F9: however many connections come at once, and whatever is wrong with them, others have their turn before they are
// through.
func TestAcceptStormLetsOthersRun(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		const storm = 150 // more than a poll's budget
		host := w.Host("server", func(rt *eddy.Runtime) error {
			l, err := rt.ListenUnix("/storm")
			if err != nil {
				return err
			}
			for range storm {
				s, err := rt.DialUnix("/storm")
				if err != nil {
					return err
				}
				s.Close()
			}
			if err := rt.Sleep(time.Second); err != nil { // they arrive
				return err
			}
			if w.Rand().IntN(2) == 0 {
				w.SetFaults(sim.Faults{sim.AcceptBroken: {Chance: 0.99}})
			}
			before := rt.Stats().Kernel.Accepts
			accepts := rt.Spawn(func() {
				for {
					s, err := l.AcceptTCP()
					if err != nil {
						return
					}
					s.Close()
				}
			})
			last, most := rt.Stats().Kernel.Accepts, uint64(0)
			for range storm {
				if err := rt.Yield(); err != nil {
					return err
				}
				now := rt.Stats().Kernel.Accepts
				most, last = max(most, now-last), now
			}
			if most >= storm {
				t.Errorf("%d accepts between two turns of another task", most)
			}
			if last == before {
				t.Error("nothing was accepted")
			}
			accepts.Cancel()
			return l.Close()
		})
		if !w.RunUntil(host.Done) {
			t.Error("the storm is never over")
		}
	})
}
