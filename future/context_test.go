package future_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

// target counts its wakes.
type target struct{ foreign, local []uint64 }

func (t *target) Wake(key uint64)      { t.foreign = append(t.foreign, key) }
func (t *target) WakeLocal(key uint64) { t.local = append(t.local, key) }

func TestWakersCarryTheKeyToTheirTarget(t *testing.T) {
	var got target
	w := future.NewWaker(&got, 7)
	w.Wake()
	w.Local().Wake()
	if len(got.foreign) != 1 || got.foreign[0] != 7 || len(got.local) != 1 || got.local[0] != 7 {
		t.Errorf("%+v", got)
	}
	if w.Local().IsZero() {
		t.Error("a waker with a target is zero")
	}
}

func TestZeroWakersWakeNobody(t *testing.T) {
	future.Waker{}.Wake()
	var local future.LocalWaker
	local.Wake()
	if !local.IsZero() {
		t.Error("the zero LocalWaker is not zero")
	}
}

// Only a Waker lets something outside of the loop wake the task.
func TestTakingAWakerMarksTheTaskAsWakeableFromOutside(t *testing.T) {
	env := future.Env{}
	cx := future.NewContext(future.NewWaker(&target{}, 0), &env)
	cx.LocalWaker()
	if env.Outside {
		t.Error("a LocalWaker marked it")
	}
	cx.Waker()
	if !env.Outside {
		t.Error("a Waker did not mark it")
	}
}

// F17: without budget Spend refuses and asks for a wake after the next kernel turn; it wakes nobody by itself.
func TestSpend(t *testing.T) {
	var got target
	env := future.Env{Budget: 1}
	cx := future.NewContext(future.NewWaker(&got, 3), &env)
	if !cx.Spend() || len(env.Yielded) != 0 {
		t.Error("refused though there was budget")
	}
	if cx.Spend() || len(env.Yielded) != 1 || env.Budget != 0 {
		t.Errorf("without budget: %+v", env)
	}
	if len(got.local) != 0 {
		t.Error("woken from inside")
	}
	env.Yielded[0].Wake()
	if len(got.local) != 1 || got.local[0] != 3 {
		t.Errorf("%+v", got)
	}
}

func TestForKeepsTheEnvironment(t *testing.T) {
	var parent, child target
	env := future.Env{Clock: new(eddytest.Clock), Budget: 5}
	cx := future.NewContext(future.NewWaker(&parent, 1), &env)
	inner := cx.For(&child, 2)
	inner.Waker().Wake()
	inner.Spend()
	if len(parent.foreign) != 0 || len(child.foreign) != 1 || child.foreign[0] != 2 {
		t.Errorf("parent %+v, child %+v", parent, child)
	}
	if env.Budget != 4 || !env.Outside || inner.Clock() != cx.Clock() {
		t.Error("the child's context has another environment")
	}
}

// F15: deadlines saturate; they never overflow into the past.
func TestAfterSaturates(t *testing.T) {
	for _, c := range []struct{ now, d, want time.Duration }{
		{0, 0, 0},
		{5, 3, 8},
		{5, 0, 5},
		{5, -1, 5},
		{5, -1 << 63, 5},
		{0, future.Never, future.Never},
		{1, future.Never, future.Never},
		{1, future.Never - 1, future.Never},
		{1, future.Never - 2, future.Never - 1},
		{future.Never, future.Never, future.Never},
		{future.Never - 1, 1, future.Never},
	} {
		if got := future.After(c.now, c.d); got != c.want {
			t.Errorf("After(%d, %d) = %d; want %d", c.now, c.d, got, c.want)
		}
	}
}

// NoCancel is what a future without resources embeds.
func TestNoCancel(t *testing.T) {
	var f future.Future[int] = struct {
		future.NoCancel
		polls
	}{}
	f.Cancel()
	if v, err := f.Poll(nil); v != 1 || err != nil {
		t.Error(v, err)
	}
}

type polls struct{}

func (polls) Poll(*future.Context) (int, error) { return 1, nil }
