package reactor

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// modelTimer is a timer of the model: a list that is sorted whenever it matters.
type modelTimer struct {
	id       future.TimerID
	deadline time.Duration
	sequence int
	name     string
}

// modelRun drives a reactor and the model with the same operations; choose(n) picks the next number below n.
func modelRun(t *testing.T, steps int, choose func(n int) int) {
	r, k := newReactor()
	var f firings
	var model []modelTimer
	var ended []future.TimerID
	sequence := 0
	deadline := func() time.Duration {
		switch choose(20) {
		case 0:
			return future.Never
		case 1:
			return math.MinInt64
		}
		return k.now + time.Duration(choose(40)-4) // narrow: many ties
	}
	for step := range steps {
		name := fmt.Sprint("t", step)
		sequence++
		switch op := choose(10); {
		case op < 3:
			d := deadline()
			model = append(model, modelTimer{r.Arm(d, f.waker(name)), d, sequence, name})
		case op < 6 && len(model) > 0:
			m := &model[choose(len(model))]
			m.deadline, m.sequence, m.name = deadline(), sequence, name
			if id := r.Rearm(m.id, m.deadline, f.waker(name)); id != m.id {
				t.Fatalf("step %d: the id of an armed timer changed", step)
			}
		case op == 6 && len(model) > 0:
			i := choose(len(model))
			r.Disarm(model[i].id)
			ended = append(ended, model[i].id)
			model = slices.Delete(model, i, i+1)
		case op == 7 && len(ended) > 0:
			i := choose(len(ended))
			r.Disarm(ended[i])
			d := deadline()
			model = append(model, modelTimer{r.Rearm(ended[i], d, f.waker(name)), d, sequence, name})
		default:
			k.now += time.Duration(choose(8))
			r.Refresh()
			limit := 1 + choose(6)
			slices.SortFunc(model, func(a, b modelTimer) int {
				return cmp.Or(cmp.Compare(a.deadline, b.deadline), cmp.Compare(a.sequence, b.sequence))
			})
			var want []string
			for len(model) > 0 && len(want) < limit && model[0].deadline <= k.now {
				want = append(want, model[0].name)
				ended = append(ended, model[0].id)
				model = model[1:]
			}
			if fired := r.FireTimers(limit); fired != len(want) {
				t.Fatalf("step %d: %d fired, want %d", step, fired, len(want))
			}
			f.want(t, fmt.Sprint("step ", step), want...)
		}
		if r.Timers() != len(model) {
			t.Fatalf("step %d: %d timers, want %d", step, r.Timers(), len(model))
		}
		if choose(3) == 0 { // not always: it puts postponed nodes right
			next, ok := r.NextDeadline()
			if ok != (len(model) > 0) {
				t.Fatalf("step %d: NextDeadline says %v", step, ok)
			}
			if ok {
				first := slices.MinFunc(model, func(a, b modelTimer) int { return cmp.Compare(a.deadline, b.deadline) })
				if next != first.deadline {
					t.Fatalf("step %d: NextDeadline() = %v, want %v", step, next, first.deadline)
				}
				if wait := r.NextWait(); wait < 0 || (wait == 0) != (next <= k.now) {
					t.Fatalf("step %d: NextWait() = %v, with the deadline %v and the time %v", step, wait, next, k.now)
				}
			}
		}
		checkHeap(t, &r.timers)
		if t.Failed() {
			return
		}
	}
}

// checkHeap checks the invariants of the heap.
func checkHeap(t *testing.T, h *timerHeap) {
	t.Helper()
	for i := range h.nodes {
		n := &h.nodes[i]
		timer := &h.timers[n.slot]
		switch {
		case timer.place != uint32(i):
			t.Fatalf("node %d: its timer thinks it is at %d", i, timer.place)
		case n.deadline > timer.deadline || n.sequence > timer.sequence:
			t.Fatalf("node %d is later than its timer", i)
		case i > 0 && n.before(&h.nodes[(i-1)/4]):
			t.Fatalf("node %d is before its parent", i)
		}
	}
}

// Random operations, replayed from a seed, give what a sorted list gives.
func TestTimersAgainstModel(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 42))
			modelRun(t, 2000, random.IntN)
		})
	}
}

// FuzzTimers takes the choices from the input.
func FuzzTimers(f *testing.F) {
	f.Add([]byte("arm, re-arm, disarm, fire"))
	f.Fuzz(func(t *testing.T, input []byte) {
		modelRun(t, min(len(input)/4, 500), func(n int) int {
			if len(input) == 0 {
				return 0
			}
			b := input[0]
			input = input[1:]
			return int(b) % n
		})
	})
}
