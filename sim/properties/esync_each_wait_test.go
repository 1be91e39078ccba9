package properties_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// F25: a task that is cancelled in one of its waits for locks, permits and items, each of them in turn, leaves the others
// all they need to come to their end: nothing is lost, nothing is there twice.
func TestCancelAtEachWaitForOthers(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 32, func(t *testing.T, w *sim.World, step int) (reached bool) {
		return cutInWorkshop(t, w, func(c *wakeCutter) { c.waits = step })
	})
}

// F25: so it is with one that is cancelled when it was woken and has not run yet: what it has been given by then it
// passes on.
func TestCancelAtEachWakeByOthers(t *testing.T) {
	eddytest.Baseline(t)
	atEachStep(t, 32, func(t *testing.T, w *sim.World, step int) (reached bool) {
		return cutInWorkshop(t, w, func(c *wakeCutter) { c.wakes = step })
	})
}

// cutInWorkshop runs a workshop in which one of the visitors is cancelled.
func cutInWorkshop(t *testing.T, w *sim.World, set func(c *wakeCutter)) (reached bool) {
	host := w.Host("subject", func(rt *eddy.Runtime) error {
		s := newWorkshop(t, w, rt)
		collector := rt.Spawn(s.collect)
		subject := &wakeCutter{waits: -1, wakes: -1}
		set(subject)
		when := fmt.Sprintf("wait %d, wake %d", subject.waits, subject.wakes)
		visit := func() (struct{}, error) { return struct{}{}, s.visit() }
		others := []*eddy.JoinHandle[struct{}]{eddy.Spawn(rt, visit), eddy.Spawn(rt, visit)}
		subject.f = eddy.Async(rt, visit)
		subject.task = eddy.SpawnFuture[struct{}](rt, subject)
		others = append(others, eddy.Spawn(rt, visit))
		_, err := subject.task.Join()
		reached = subject.cut
		if err != nil && (!reached || !errors.Is(err, eddy.ErrCanceled)) {
			t.Errorf("%s: the task ended with %v", when, err)
		}
		for _, other := range others {
			if _, err := other.Join(); err != nil {
				return err
			}
		}
		return s.closeUp(collector, when)
	})
	if !w.RunUntil(host.Done) {
		t.Error("the workshop never closes")
	}
	if err := host.Err(); err != nil {
		t.Error(err)
	}
	return reached
}

// wakeCutter cancels its task when the future inside has parked for the last time, or when it was woken for the last
// time and not polled yet.
type wakeCutter struct {
	f      eddy.Future[struct{}]
	task   *eddy.JoinHandle[struct{}]
	waits  int // parks until then; negative: not counted
	wakes  int // wakes until then
	cut    bool
	cx     future.Context
	parent future.LocalWaker
}

func (c *wakeCutter) Poll(cx *future.Context) (struct{}, error) {
	c.parent = cx.LocalWaker()
	c.cx = cx.For(c, 0)
	v, err := c.f.Poll(&c.cx)
	if err == future.Pending {
		c.count(&c.waits)
	}
	return v, err
}

func (c *wakeCutter) Cancel() { c.f.Cancel() }

// Wake is never used: nothing in a workshop takes a Waker.
func (c *wakeCutter) Wake(key uint64) { c.WakeLocal(key) }

// WakeLocal implements future.Target for what the future waits for.
func (c *wakeCutter) WakeLocal(uint64) {
	c.parent.Wake()
	c.count(&c.wakes)
}

func (c *wakeCutter) count(left *int) {
	if *left == 0 && !c.cut {
		c.cut = true
		c.task.Cancel()
	}
	*left--
}
