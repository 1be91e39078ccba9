package executor

import (
	"testing"

	"github.com/eddy-go/eddy/future"
)

// always is ready in each poll, for nothing.
type always struct{ future.NoCancel }

func (always) Poll(*future.Context) (int, error) { return 0, nil }

// pulse is pending in one poll and ready in the next, for ever.
type pulse struct {
	future.NoCancel
	up    bool
	waker future.LocalWaker
}

func (p *pulse) Poll(cx *future.Context) (int, error) {
	if p.up = !p.up; p.up {
		p.waker = cx.LocalWaker()
		return 0, future.Pending
	}
	return 0, nil
}

// What a task does all the time allocates nothing: a ready wait, a wait that parks and is woken, a yield, a wake from
// another goroutine.
func TestHotPathsAllocateNothing(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		var f future.Future[int] = always{}
		if n := testing.AllocsPerRun(1000, func() { Await(r.ex, f) }); n != 0 {
			t.Errorf("Await of a ready value: %v allocations", n)
		}
	})
	check := func(what string, want float64, step func()) {
		t.Helper()
		step() // the queues grow to their size
		if n := testing.AllocsPerRun(1000, step); n > want {
			t.Errorf("%s: %v allocations, want %v", what, n, want)
		}
	}

	p := &pulse{}
	waits := SpawnPlain(r.ex, func() {
		for {
			if _, err := Await[int](r.ex, p); err != nil {
				return
			}
		}
	})
	r.run()
	check("park and resume", 0, func() { p.waker.Wake(); r.ex.PollReady(1) })
	w := future.NewWaker(&waits.task, 0)
	check("foreign wake", 0, func() { w.Wake(); r.ex.TakeIn(); r.ex.PollReady(1) })
	waits.Cancel()

	h := r.spawnLater(func() {
		for r.ex.Yield() == nil {
		}
	})
	check("yield", 0, func() { r.ex.PollReady(1); r.ex.WakeYielded() })
	h.Cancel()
	r.run()

	// A spawn allocates the handle with its code (one piece) or its future, and the closure if the caller makes one.
	fn := func() {}
	check("spawn of straight-line code", 1, func() { SpawnPlain(r.ex, fn); r.ex.PollReady(1) })
	var f future.Future[int] = always{}
	check("spawn of a future", 1, func() { SpawnFuture(r.ex, f); r.ex.PollReady(1) })
}
