package sim_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// A crash unwinds the host's tasks within the call, and nobody hears of it.
func TestCrash(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		unwound := 0
		server := w.Host("server", func(rt *eddy.Runtime) error {
			rt.Spawn(func() {
				defer func() {
					unwound++
					rt.Sleep(time.Hour) // does not pass in the world
				}()
				wait(rt)
			})
			defer func() { unwound++ }()
			return echo(rt)
		})
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 3))
		w.Run(1500 * time.Millisecond)

		before := w.Elapsed()
		w.Crash(server)
		if unwound != 2 || !server.Done() || server.Err() != nil || w.Elapsed() != before {
			t.Errorf("%d tasks unwound, done %v, error %v, took %v", unwound, server.Done(), server.Err(), w.Elapsed()-before)
		}
		w.Crash(server) // of a host that is down already: nothing
		w.Run(10 * time.Second)
		if client.Done() {
			t.Errorf("the client has heard of the crash: %v", client.Err())
		}
	})
}

// After a restart the server serves again, and knows nothing of the connections from before.
func TestRestartAfterCrash(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		boots := 0
		server := w.Host("server", func(rt *eddy.Runtime) error {
			boots++
			return echo(rt)
		})
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 3))
		w.Run(1500 * time.Millisecond)
		w.Crash(server)
		w.Run(time.Minute)
		w.Restart(server)
		untilDone(t, w, client)
		if err := client.Err(); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the old connection ended with %v", err)
		}
		w.Restart(client)
		untilDone(t, w, client)
		must(t, client.Err())
		if boots != 2 || server.Done() {
			t.Errorf("%d boots, done %v", boots, server.Done())
		}
	})
}

// A killed program's sockets are closed by its kernel: peers notice at once.
func TestKill(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		server := w.Host("server", echo)
		w.Run(time.Second)
		client := w.Host("client", talker(server.Address(port), 100))
		late := w.Host("late", func(rt *eddy.Runtime) error {
			if err := rt.Sleep(5 * time.Second); err != nil {
				return err
			}
			return talker(server.Address(port), 1)(rt)
		})
		w.Run(2 * time.Second)
		w.Kill(server)
		begin := w.Elapsed()
		untilDone(t, w, client)
		if client.Err() == nil || w.Elapsed()-begin > 2*time.Second {
			t.Errorf("the client's connection ended with %v after %v", client.Err(), w.Elapsed()-begin)
		}
		untilDone(t, w, late)
		if !errors.Is(late.Err(), syscall.ECONNREFUSED) {
			t.Errorf("a connection to a killed server: %v", late.Err())
		}
		w.Restart(server)
		w.Run(time.Second)
		w.Restart(late)
		untilDone(t, w, late)
		must(t, late.Err())
	})
}

// A host can be crashed by the world itself, at a moment that was set before, and before it has run at all.
func TestCrashInAfter(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		ran := false
		h := w.Host("host", wait)
		w.After(time.Second, func() { w.Crash(h) })
		w.After(2*time.Second, func() { w.Restart(h) })
		w.Run(1500 * time.Millisecond)
		if !h.Done() {
			t.Error("the host was not crashed")
		}
		w.Run(time.Second)
		if h.Done() {
			t.Error("the host was not restarted")
		}
		never := w.Host("never", func(rt *eddy.Runtime) error { ran = true; return nil })
		w.Crash(never)
		if !never.Done() || ran {
			t.Errorf("done %v, ran %v", never.Done(), ran)
		}
		w.Kill(never)
	})
}

// What a crash takes along is not an error of the world, whatever the unwound tasks return.
func TestErrorOfACrashedHost(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		h := w.Host("host", func(rt *eddy.Runtime) error {
			eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 1, nil }))
			return errors.New("unwound")
		})
		w.Run(0)
		w.Crash(h)
	})
}

// The scenario and the tasks must not run the world from inside itself, and the panic says what to do instead.
func TestCallsInTheWrongPlace(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		var h *sim.Host
		h = w.Host("host", func(rt *eddy.Runtime) error {
			wantPanic(t, "World.Run was called while host host runs", func() { w.Run(time.Second) })
			wantPanic(t, "World.RunUntil was called while", func() { w.RunUntil(h.Done) })
			wantPanic(t, "World.Crash was called while host host runs", func() { w.Crash(h) })
			wantPanic(t, "World.Kill was called while", func() { w.Kill(h) })
			wantPanic(t, "World.Restart was called while", func() { w.Restart(h) })
			wantPanic(t, "World.Pause was called while", func() { w.Pause(h) })
			wantPanic(t, "World.Resume was called while", func() { w.Resume(h) })
			wantPanic(t, "World.Close was called while", func() { w.Close() })
			return wait(rt)
		})
		w.After(time.Second, func() {
			wantPanic(t, "World.Run was called by the world itself, in After's function or RunUntil's condition, or by another goroutine while the world runs: ", func() { w.Run(time.Second) })
		})
		w.Run(2 * time.Second)
		wantPanic(t, "Crash or Kill it first", func() { w.Restart(h) })
		wantPanic(t, `two hosts with the name "host"`, func() { w.Host("host", wait) })
	})
	w := sim.New(1, sim.Config{})
	must(t, w.Close())
	must(t, w.Close())
	wantPanic(t, "World.Run was called after the end", func() { w.Run(0) })
	wantPanic(t, "World.Host was called after the end", func() { w.Host("late", wait) })
}
