package reactor

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// The rings behave as lists do: whatever is done to the queues of two sources, at random, each waiter stands where it
// stood in the list, and is woken when the list says so.
func TestQueuesBehaveAsLists(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		r, _ := newReactor()
		a, b := register(t, r, 3, Other, "a"), register(t, r, 4, TCP, "b")
		queues := []Direction{a.Read(), a.Write(), b.Read(), b.Write()}
		lists, flags := make([][]int, len(queues)), make([]bool, len(queues))
		waiters, want, in := make([]*waiting, 8), make([]int, 8), make([]int, 8)
		for i := range waiters {
			waiters[i], in[i] = &waiting{}, -1
		}
		for step := range 400 {
			q, i := random.IntN(len(queues)), random.IntN(len(waiters))
			d, list := queues[q], &lists[q]
			switch random.IntN(7) {
			case 0, 1: // join, or stay
				if in[i] >= 0 && in[i] != q {
					continue
				}
				d.Wait(&waiters[i].Waiter, waiters[i].local(), name("w"))
				if in[i] < 0 {
					*list, in[i] = append(*list, i), q
				}
			case 2: // leave, also a queue where it does not stand
				d.Leave(&waiters[i].Waiter)
				if in[i] != q {
					break
				}
				at := slices.Index(*list, i)
				*list, in[i] = slices.Delete(*list, at, at+1), -1
				if at == 0 && len(*list) > 0 && flags[q] {
					want[(*list)[0]]++
				}
			case 3:
				s, ready := a, kernel.Readable
				if q >= 2 {
					s = b
				}
				if q%2 == 1 {
					ready = kernel.Writable
				}
				turn(t, r, on(s, ready))
				if flags[q] = true; len(*list) > 0 {
					want[(*list)[0]]++
				}
			case 4:
				d.Clear()
				flags[q] = false
			case 5:
				d.WakeAll()
				for _, w := range *list {
					want[w]++
				}
			case 6:
				waiters[i].Waiter.Wake()
				if in[i] >= 0 {
					want[i]++
				}
			}
			queued := 0
			for q, d := range queues {
				queued += len(lists[q])
				if d.Ready() != flags[q] || d.First(nil) != (len(lists[q]) == 0) {
					t.Fatalf("seed %d, step %d, queue %d: ready %v, empty %v", seed, step, q, d.Ready(), d.First(nil))
				}
				for at, i := range lists[q] {
					if d.First(&waiters[i].Waiter) != (at == 0) {
						t.Fatalf("seed %d, step %d: the waiter at place %d of queue %d is first, or is not", seed, step, at, q)
					}
				}
			}
			for i, w := range waiters {
				if w.wakes != want[i] {
					t.Fatalf("seed %d, step %d: waiter %d was woken %d times, want %d", seed, step, i, w.wakes, want[i])
				}
			}
			if r.Waiting() != queued {
				t.Fatalf("seed %d, step %d: %d wait, want %d", seed, step, r.Waiting(), queued)
			}
		}
	}
}
