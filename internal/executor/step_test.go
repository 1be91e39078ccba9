package executor

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// A countdown goes on waiting for so many wakes.
type countdown struct {
	left  int
	steps int
}

var _ Stepper = (*countdown)(nil)

func (c *countdown) Step(cx *future.Context) bool {
	c.steps++
	c.left--
	return c.left >= 0
}

// A wake is the Stepper's, and the task is resumed by the first one for which it does not go on waiting.
func TestAStepSparesAResumption(t *testing.T) {
	r := newRig(t)
	wait := &countdown{left: 3}
	resumed := 0
	var waker future.LocalWaker
	h := r.spawn(func() {
		c := r.ex.Current("test")
		for range 2 {
			waker = c.LocalWaker()
			c.PauseStepping(wait)
			resumed++
		}
	})
	for i, want := range []struct{ steps, resumed int }{{1, 0}, {2, 0}, {3, 0}, {4, 1}, {5, 2}} {
		waker.Wake()
		r.run()
		if wait.steps != want.steps || resumed != want.resumed {
			t.Errorf("wake %d: %d steps, %d resumptions, want %+v", i, wait.steps, resumed, want)
		}
	}
	wantEnd(t, h, nil)
}

// A wait of another kind that follows is not stepped.
func TestOnlyAPauseThatStepsIsStepped(t *testing.T) {
	r := newRig(t)
	wait := &countdown{}
	var waker future.LocalWaker
	h := r.spawn(func() {
		c := r.ex.Current("test")
		waker = c.LocalWaker()
		c.PauseStepping(wait)
		c.Pause(wait)
	})
	for range 2 {
		waker.Wake()
		r.run()
	}
	if wait.steps != 1 {
		t.Errorf("%d steps", wait.steps)
	}
	wantEnd(t, h, nil)
}

// An interrupted task is resumed, to see it: nothing is done in its name.
func TestAnInterruptedTaskIsNotStepped(t *testing.T) {
	for name, interrupt := range map[string]func(r *rig, h *JoinHandle[struct{}]){
		"Cancel":      func(r *rig, h *JoinHandle[struct{}]) { h.Cancel() },
		"CancelAll":   func(r *rig, _ *JoinHandle[struct{}]) { r.ex.CancelAll() },
		"WithTimeout": func(r *rig, _ *JoinHandle[struct{}]) { r.clock.advance(time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			wait := &countdown{left: 10}
			var waker future.LocalWaker
			var got error
			h := r.spawn(func() {
				r.ex.WithTimeout(time.Second, func() error {
					c := r.ex.Current("test")
					waker = c.LocalWaker()
					c.PauseStepping(wait)
					got = c.Spend()
					return got
				})
			})
			waker.Wake()
			r.run()
			interrupt(r, h)
			waker.Wake()
			r.run()
			if wait.steps != 1 || got == nil {
				t.Errorf("%d steps, then %v", wait.steps, got)
			}
		})
	}
}

// The time of a wait counts from the last step: a dump tells for how long nothing has happened.
func TestAStepBeginsTheWaitAnew(t *testing.T) {
	r := newRig(t)
	var waker future.LocalWaker
	h := r.spawn(func() {
		c := r.ex.Current("test")
		waker = c.LocalWaker()
		c.PauseStepping(&countdown{left: 1})
	})
	r.clock.advance(time.Minute)
	waker.Wake()
	r.run()
	r.clock.advance(time.Second)
	if info := r.ex.Tasks()[0]; info.State != "waiting" || info.For != time.Second {
		t.Errorf("%+v", info)
	}
	r.end()
	if !h.Done() {
		t.Error("the task has not ended")
	}
}

// A step that has used up the budget waits for the next turn like a poll.
func TestAStepMaySpendAndYield(t *testing.T) {
	r := newRig(t)
	wait := &spendingStep{}
	var waker future.LocalWaker
	h := r.spawn(func() {
		c := r.ex.Current("test")
		waker = c.LocalWaker()
		c.PauseStepping(wait)
	})
	waker.Wake()
	r.turn()
	if wait.steps != 1 || r.ex.Ready() != 1 {
		t.Errorf("%d steps, %d ready", wait.steps, r.ex.Ready())
	}
	r.run()
	if wait.steps != 2 {
		t.Errorf("%d steps", wait.steps)
	}
	wantEnd(t, h, nil)
}

// A spendingStep spends the budget of its first step.
type spendingStep struct{ steps int }

func (s *spendingStep) Step(cx *future.Context) bool {
	s.steps++
	for s.steps == 1 && cx.Spend() {
	}
	return s.steps == 1
}

// Code that is one of several which a task awaits is resumed by each wake: the wake is the task's, not the code's.
func TestNestedCodeIsResumed(t *testing.T) {
	r := newRig(t)
	wait := &countdown{left: 10}
	var waker future.LocalWaker
	h := r.spawn(func() {
		Await(r.ex, Async(r.ex, func() (struct{}, error) {
			c := r.ex.Current("test")
			waker = c.LocalWaker()
			c.PauseStepping(wait)
			return struct{}{}, nil
		}))
	})
	waker.Wake()
	r.run()
	if wait.steps != 0 {
		t.Errorf("%d steps", wait.steps)
	}
	wantEnd(t, h, nil)
}
