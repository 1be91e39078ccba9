package properties_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F25, F37: when the task, a group or a child in it is cancelled at one of the waits, each of them in turn, no child
// outlives its group, each one's deferred calls run, and nothing is left.
func TestGroupCancelAtEachWait(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 3*64, func(t *testing.T, w *sim.World, step int) (reached bool) {
		host := w.Host("subject", func(rt *eddy.Runtime) error {
			before := rt.Stats()
			c := &crew{t: t, rt: rt, before: step / 3, exposed: step%3 > 0}
			var task *eddy.JoinHandle[struct{}]
			c.happens = func() {
				reached = true
				switch step % 3 {
				case 0:
					task.Cancel()
				case 1: // the group that was made last
					c.groups[len(c.groups)-1].Cancel()
				case 2:
					c.handles[len(c.handles)-1].Cancel()
				}
			}
			task = eddy.Spawn(rt, c.run)
			_, err := task.Join()
			switch {
			case !reached && err != nil, reached && step%3 > 0 && err != nil && !errors.Is(err, eddy.ErrCanceled):
				t.Errorf("wait %d: the task ended with %v", step/3, err)
			case reached && step%3 == 0 && !errors.Is(err, eddy.ErrCanceled):
				t.Errorf("wait %d: the task was cancelled, and ended with %v", step/3, err)
			}
			if err := rt.Sleep(time.Second); err != nil { // for what was adopted
				return err
			}
			c.settled()
			if now := rt.Stats(); now.Tasks != before.Tasks || now.Timers != before.Timers {
				t.Errorf("wait %d: left %d tasks, %d timers: %v", step/3, now.Tasks-before.Tasks, now.Timers-before.Timers, rt.Tasks())
			}
			return nil
		})
		if !w.RunUntil(host.Done) {
			t.Errorf("wait %d: the task never ends", step/3)
		}
		return reached
	})
}

// settled sees that all who began have ended.
func (c *crew) settled() {
	if c.began != c.deferred {
		c.t.Errorf("wait %d: of %d children %d ran their deferred calls", c.before, c.began, c.deferred)
	}
	for _, b := range c.groups {
		if b.alive != 0 {
			c.t.Errorf("wait %d: %d children are left", c.before, b.alive)
		}
	}
}
