package properties_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// F25, F37: a task that is cancelled in one of its waits, each of them in turn, ends and leaves nothing: no descriptor,
// no timer, no other task, no coroutine.
func TestCancelAtEachWait(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 64, func(t *testing.T, w *sim.World, step int) (reached bool) {
		peer := w.Host("peer", peerProgram)
		subject := w.Host("subject", func(rt *eddy.Runtime) error {
			before := rt.Stats()
			c := &cutter{rt: rt, left: step, f: eddy.Async(rt, func() (struct{}, error) {
				return itinerary(rt, peer.Address(peerPort))
			})}
			c.task = eddy.SpawnFuture[struct{}](rt, c)
			_, err := c.task.Join()
			reached = c.left < 0
			if reached != errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("wait %d: the task ended with %v", step, err)
			}
			if !reached && err != nil && w.Hits() == ([sim.FaultKinds]uint64{}) {
				t.Errorf("undisturbed, the task ended with %v", err)
			}
			if err := rt.Sleep(10 * time.Second); err != nil { // for sockets that linger
				return err
			}
			if now := rt.Stats(); now.Tasks != before.Tasks || now.Timers != before.Timers || now.Closing != 0 || reached && now.Sources != 0 {
				t.Errorf("wait %d: left %d tasks, %d timers, %d sources, %d lingering: %v", step, now.Tasks-before.Tasks, now.Timers-before.Timers, now.Sources, now.Closing, rt.Tasks())
			}
			return nil
		})
		w.Link(peer, subject).SendBuffer = 4 << 10
		w.Link(peer, subject).RecvBuffer = 4 << 10
		if !w.RunUntil(subject.Done) {
			t.Errorf("wait %d: the task never ends", step)
		}
		return reached
	})
}

// cutter cancels its task when the future inside has parked for the last time.
type cutter struct {
	rt   *eddy.Runtime
	f    eddy.Future[struct{}]
	task *eddy.JoinHandle[struct{}]
	left int // waits until then
}

func (c *cutter) Poll(cx *future.Context) (struct{}, error) {
	v, err := c.f.Poll(cx)
	if err == future.Pending {
		if c.left--; c.left == -1 {
			c.task.Cancel()
		}
	}
	return v, err
}

func (c *cutter) Cancel() { c.f.Cancel() }
