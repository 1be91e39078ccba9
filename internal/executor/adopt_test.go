package executor

import (
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// giveUp polls f once and gives it up.
func (r *rig) giveUp(f future.Future[int]) { Await(r.ex, future.Race(f, future.Ready(0))) }

// Adopted code is its task's own: what an earlier wait gave to the world outside does not count for the later ones, or a
// deadlock would not be seen.
func TestAdoptedCodeWaitsForItself(t *testing.T) {
	r := newRig(t)
	var outside future.Waker
	come := false
	world := future.Func(func(cx *future.Context) (int, error) {
		outside = cx.Waker()
		if come {
			return 0, nil
		}
		return 0, future.Pending
	})
	inside := &leaf{}
	r.spawn(func() {
		r.giveUp(Async(r.ex, func() (int, error) {
			return 0, r.ex.Shield(func() error {
				Await(r.ex, world)
				_, err := Await[int](r.ex, inside)
				return err
			})
		}))
	})
	if !r.ex.OutsideWaits() {
		t.Error("it waits for the world outside, and that is not seen")
	}
	come = true
	outside.Wake()
	r.run()
	if r.ex.OutsideWaits() || r.ex.Live() != 1 {
		t.Errorf("it waits for a local wake and counts as waiting for the world outside: %v", r.ex.Tasks())
	}
	inside.finish()
	r.run()
}

// The context of adopted code has the label that its goroutine shows, whoever looks at its task in between.
func TestContextOfAdoptedCodeKeepsItsLabel(t *testing.T) {
	r := newRig(t)
	gate := &leaf{}
	label := func() string {
		name, _ := pprof.Label(r.ex.Context(start), labelKey)
		return name
	}
	var before, after string
	r.spawn(func() {
		r.giveUp(Async(r.ex, func() (int, error) {
			before = label()
			return 0, r.ex.Shield(func() error {
				_, err := Await[int](r.ex, gate)
				after = label()
				return err
			})
		}))
	})
	_ = r.ex.live.first.function() // as somebody does who waits for the task, in a dump
	gate.finish()
	r.run()
	if before == "" || after != before {
		t.Errorf("the label was %q and is %q", before, after)
	}
}

// The report of a panic in code that was given up says which code, and whose.
func TestPanicOfCodeGivenUpNamesIt(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	wait := &leaf{}
	r.spawn(func() {
		r.ex.SetName("client")
		r.giveUp(Async(r.ex, func() (int, error) {
			defer panic("while it is cancelled")
			return Await[int](r.ex, wait)
		}))
	})
	if len(r.panics) != 1 {
		t.Fatalf("%d reports, want 1", len(r.panics))
	}
	if got := r.panics[0].info.String(); !strings.Contains(got, "task 1 \"client\" (executor.TestPanicOfCodeGivenUpNamesIt.func1.1 ") {
		t.Errorf("it is of %s", got)
	}
}
