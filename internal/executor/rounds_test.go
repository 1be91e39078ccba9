package executor

import (
	"slices"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// pickers are orders within a round. The last one is arbitrary, and the same in each run.
func pickers() map[string]func(n int) int {
	state := uint32(1)
	return map[string]func(n int) int{
		"wakes":   func(int) int { return 0 },
		"reverse": func(n int) int { return n - 1 },
		"mixed": func(n int) int {
			state = state*1664525 + 1013904223
			return int(state>>16) % n
		},
	}
}

// forEachPick runs test with an executor for each of the pickers. Pick must never be asked without a choice.
func forEachPick(t *testing.T, test func(t *testing.T, r *rig)) {
	for name, pick := range pickers() {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.ex.opt.Pick = func(n int) int {
				if n < 2 {
					t.Errorf("Pick(%d)", n)
				}
				return pick(n)
			}
			test(t, r)
		})
	}
}

// restless starts n tasks that wake themselves in each poll. The polls are noted.
func restless(r *rig, n int, polled *[]int) {
	for i := range n {
		l := &leaf{}
		l.onPoll = func(*future.Context) {
			*polled = append(*polled, i)
			l.waker.Wake()
		}
		SpawnFuture[int](r.ex, l)
	}
	r.t.Cleanup(r.end)
}

// F9, F28: whatever Pick says, each ready task is polled once before any of them is polled again, also where the kernel
// is asked in the middle of a round. What Pick says does matter.
func TestEachTaskOncePerRound(t *testing.T) {
	forEachPick(t, func(t *testing.T, r *rig) {
		const tasks, perTurn, laps = 20, 7, 50
		var polled []int
		restless(r, tasks, &polled)
		for len(polled) < tasks*laps {
			r.ex.PollReady(perTurn)
		}
		inOrder := true
		for lap := range slices.Chunk(polled[:tasks*laps], tasks) {
			inOrder = inOrder && slices.IsSorted(lap)
			slices.Sort(lap)
			if len(slices.Compact(lap)) != tasks {
				t.Fatalf("a round polled %v", lap)
			}
		}
		if byWakes := r.ex.opt.Pick(1000) == 0; byWakes != inOrder {
			t.Errorf("in the order of the wakes: %v, want %v", inOrder, byWakes)
		}
	})
}

// A task that becomes ready in a round is polled in the next one.
func TestWokenInARoundComesAfterIt(t *testing.T) {
	forEachPick(t, func(t *testing.T, r *rig) {
		late, before := &leaf{}, 0
		h := SpawnFuture[int](r.ex, late)
		r.run()
		late.onPoll = func(*future.Context) {
			if before != 10 {
				t.Errorf("polled after %d of the 10 tasks before it", before)
			}
		}
		for range 10 {
			SpawnPlain(r.ex, func() {
				late.finish()
				before++
			})
		}
		r.run()
		wantEnd(t, h, nil)
	})
}

// F17: who yields comes behind whom the kernel wakes, and a yield in the middle of a round does not mix up the rounds.
func TestYieldedComeBehindTheKernel(t *testing.T) {
	forEachPick(t, func(t *testing.T, r *rig) {
		var order []string
		note := func(what string) func() { return func() { order = append(order, what) } }
		leaves := []*leaf{{}, {}, {}}
		for _, l := range leaves {
			SpawnFuture[int](r.ex, l)
		}
		r.run()
		for _, l := range leaves {
			l.onPoll = func(*future.Context) { note("kernel")() }
		}
		for range 3 {
			SpawnPlain(r.ex, func() {
				if err := r.ex.Yield(); err != nil {
					t.Error(err)
				}
				note("yielded")()
			})
		}
		for range 3 { // these stay behind in the queue when the kernel is asked
			SpawnPlain(r.ex, note("before"))
		}
		for polls := 0; r.ex.Yielded() < 3; polls++ { // a Pick may choose the others first
			if polls == 6 {
				t.Fatalf("%d have yielded", r.ex.Yielded())
			}
			r.ex.PollReady(1)
		}
		for _, l := range leaves {
			l.finish()
		}
		r.ex.WakeYielded()
		r.ex.PollReady(100)
		want := []string{"before", "before", "before", "kernel", "kernel", "kernel", "yielded", "yielded", "yielded"}
		if !slices.Equal(order, want) {
			t.Errorf("the order was %v", order)
		}
	})
}

// PollAll reaches every task that is ready, and only once, in the middle of a round too.
func TestPollAllReachesAll(t *testing.T) {
	forEachPick(t, func(t *testing.T, r *rig) {
		const tasks = 10
		var polled []int
		restless(r, tasks, &polled)
		r.ex.PollReady(tasks + 3)
		polled = nil
		r.ex.PollAll()
		slices.Sort(polled)
		if len(polled) != tasks || len(slices.Compact(polled)) != tasks {
			t.Errorf("polled %v", polled)
		}
	})
}

// Two tasks are a choice, too.
func TestPickOfTwo(t *testing.T) {
	r := newRig(t)
	r.ex.opt.Pick = func(n int) int { return n - 1 }
	var polled []int
	for i := range 2 {
		r.spawnLater(func() { polled = append(polled, i) })
	}
	r.run()
	if !slices.Equal(polled, []int{1, 0}) {
		t.Errorf("polled %v", polled)
	}
}
