package properties_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F37: tasks that ignore their errors keep neither the loop from other tasks nor the runtime from its end: with a grace
// it takes the grace, without one it takes no time. Deferred calls run all the same.
func TestStubbornTasksEnd(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(sim.Faults{sim.ShuffledTasks: {Chance: 0.5}, sim.SpuriousEvent: {Chance: 0.1}, sim.StrayWake: {Chance: 0.1}})
		config := eddy.Config{Grace: eddy.NoGrace}
		grace := time.Duration(0)
		if w.Rand().IntN(4) > 0 {
			grace = 1 + upTo(w, 200*time.Microsecond) // in which the stubborn burn turns
			config.Grace = grace
		}
		s := &stubborn{t: t, w: w}
		peer := w.Host("peer", peerProgram)
		s.host = w.HostConfig("subject", config, func(rt *eddy.Runtime) error { return s.run(rt, peer.Address(peerPort)) })
		w.Run(2 * time.Millisecond) // some of them yield all the time
		began := w.Elapsed()
		s.handle.Shutdown()
		if !w.RunUntil(s.host.Done) {
			t.Fatal("the runtime never ends")
		}
		if took := w.Elapsed() - began; took > grace+promptUnderLoad {
			t.Errorf("the end took %v, with a grace of %v", took, grace)
		}
		if s.began != s.deferred {
			t.Errorf("of %d tasks %d ran their deferred calls", s.began, s.deferred)
		}
		if grace > 10*time.Microsecond && !s.othersRan {
			t.Error("a task beside the stubborn ones had no turn")
		}
		_ = s.host.Err()
	})
}

// stubborn are tasks that do not want to end.
type stubborn struct {
	t      *testing.T
	w      *sim.World
	host   *sim.Host
	handle *eddy.Handle

	began, deferred int
	othersRan       bool
}

func (s *stubborn) run(rt *eddy.Runtime, peer string) error {
	s.handle = rt.Handle()
	defer s.handle.Release()
	stream, err := rt.DialTCP(peer)
	if err != nil {
		return err
	}
	waits := []func() error{
		func() error { return rt.Sleep(time.Hour) },
		rt.Yield,
		func() error { _, err := eddy.Await[struct{}](rt, never{}); return err },
		func() error {
			_, err := stream.Read(make([]byte, 1))
			return err
		},
	}
	for range 3 {
		wait := waits[s.w.Rand().IntN(len(waits))]
		inDefer := s.w.Rand().IntN(2) == 0
		rt.Spawn(func() {
			s.began++
			defer func() { s.deferred++ }()
			if inDefer {
				defer s.ignoreErrors(rt, wait)
			}
			s.ignoreErrors(rt, wait)
		})
	}
	rt.Spawn(func() { // it needs a few turns to end
		_ = rt.Sleep(time.Hour)
		defer func() { s.othersRan = true }()
		for range 3 {
			_ = rt.Yield()
		}
	})
	_, err = eddy.Await[struct{}](rt, never{})
	return err
}

// ignoreErrors waits and waits. It gives up, and fails the test, where nothing ends it.
func (s *stubborn) ignoreErrors(rt *eddy.Runtime, wait func() error) {
	const most = 100_000 // far more waits than a grace has turns and budget
	failed, turn := 0, rt.Stats().Turns
	for i := 0; ; i++ {
		if err := wait(); !errors.Is(err, eddy.ErrCanceled) {
			i = 0
			if err != nil { // another one reads already
				wait = func() error { return rt.Sleep(time.Hour) }
			}
			continue
		}
		if now := rt.Stats().Turns; now != turn {
			failed, turn = 0, now
		}
		if failed++; failed > 1000 || i > most {
			s.t.Errorf("a task has failed %d times, %d of them in one turn, and still runs", i, failed)
			return
		}
	}
}
