package properties_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// dialTour comes by every wait that a dial or an offloaded function has.
func dialTour(rt *eddy.Runtime) (struct{}, error) {
	var none struct{}
	for _, name := range []string{"live", "half dead", "third", "fourth", "nobody"} {
		s, err := rt.Dial("tcp", name+":7")
		if s != nil {
			err = s.Close()
		}
		if err := interrupted(rt, err); err != nil {
			return none, err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if _, err := rt.DialContext(ctx, "tcp", "fourth:9"); err == nil {
		return none, errors.New("a dead host and one that refuses have answered")
	} else if err := interrupted(rt, err); err != nil {
		return none, err
	}
	err := rt.WithTimeout(300*time.Millisecond, func() error { _, err := rt.Dial("tcp", "all dead:7"); return err })
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return none, err
	}
	if _, err := rt.LookupIP("ip", "live"); err != nil {
		return none, err
	}
	work := rt.Spawn(func() {
		for range 3 {
			_, _ = eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 1, nil }))
		}
	})
	defer work.Cancel()
	for range 3 {
		if _, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return 1, nil })); err != nil {
			return none, err
		}
	}
	return none, nil
}

// interrupted returns err if it is that of a wait which was interrupted.
func interrupted(rt *eddy.Runtime, err error) error {
	if rt.Context().Err() != nil {
		return err
	}
	return nil
}

// F25: a task that is cancelled while it dials or waits for a function, at each wait in turn, ends and leaves nothing: no
// socket, no timer, no lookup.
func TestCancelAtEachWaitOfADial(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 64, func(t *testing.T, w *sim.World, step int) (reached bool) {
		d := newDialWorld(w, func(d *dialWorld, rt *eddy.Runtime) error {
			before := rt.Stats()
			c := &cutter{rt: rt, left: step, f: eddy.Async(rt, func() (struct{}, error) { return dialTour(rt) })}
			c.task = eddy.SpawnFuture[struct{}](rt, c)
			_, err := c.task.Join()
			reached = c.left < 0
			if reached != errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("wait %d: the task ended with %v", step, err)
			}
			if s := rt.Stats(); s.Offloads.Queued+s.Lookups.Queued != 0 {
				t.Errorf("wait %d: %v", step, rt.Offloads())
			}
			if err := rt.Sleep(10 * time.Second); err != nil { // for functions that run, and sockets that linger
				return err
			}
			now := rt.Stats()
			if now.Tasks != before.Tasks || now.Timers != 0 || now.Sources != 0 || now.Closing != 0 || len(rt.Offloads()) != 0 {
				t.Errorf("wait %d: left %d tasks, %d timers, %d sources, %v", step, now.Tasks-before.Tasks, now.Timers, now.Sources, rt.Offloads())
			}
			return nil
		})
		if !d.run() {
			t.Errorf("wait %d: the task never ends", step)
		}
		return reached
	})
}

// F20, F25: a runtime that is shut down after each turn of the world, while its tasks dial and wait for functions, ends
// within its grace and leaves nothing.
func TestShutdownAtEachTurnOfADial(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 300, func(t *testing.T, w *sim.World, step int) (reached bool) {
		var handle *eddy.Handle
		d := newDialWorld(w, func(d *dialWorld, rt *eddy.Runtime) error {
			handle = rt.Handle()
			defer handle.Release()
			_, err := dialTour(rt)
			return err
		})
		turn := step
		w.RunUntil(func() bool { turn--; return handle != nil && turn < 0 || d.subject.Done() })
		if d.subject.Done() {
			_ = d.subject.Err() // a fault's
			return false
		}
		begin := w.Elapsed()
		handle.Shutdown()
		if !w.RunUntil(d.subject.Done) {
			t.Fatalf("turn %d: the host never ends", step)
		}
		if took := w.Elapsed() - begin; took > time.Second+5*time.Millisecond {
			t.Errorf("turn %d: the end took %v", step, took)
		}
		if err := d.subject.Err(); err != nil && !errors.Is(err, eddy.ErrCanceled) && w.Hits() == ([sim.FaultKinds]uint64{}) {
			t.Errorf("turn %d: the host ended with %v", step, err)
		}
		return true
	})
}
