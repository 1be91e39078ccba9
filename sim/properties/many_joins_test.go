package properties_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/sim"
)

// F24: a join of many polls each of them once at first and once a wake, from wherever the wakes come and whether there is
// budget left or not; and who joins tasks gets each one's result.
func TestJoinsOfMany(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(withFaults())
		l := &ledger{t: t, w: w}
		var host *sim.Host
		host = w.Host("subject", func(rt *eddy.Runtime) error {
			l.rt = rt
			n := 1 + w.Rand().IntN(400)
			var fs []eddy.Future[int]
			for i := range n {
				var f eddy.Future[struct{}]
				switch w.Rand().IntN(6) {
				case 0:
					s := &signal{}
					w.Outside(host, s.fire)
					f = s
				case 1:
					f = eddy.Sleep(upTo(w, 10*time.Millisecond))
				case 2:
					f = rt.Spawn(func() { _ = rt.Yield() }).Joined()
				default:
					f = eddy.Sleep(0) // ready, for a unit of the budget, which does not last for all
				}
				fs = append(fs, future.Map[struct{}, int](alone(l, fmt.Sprint("child ", i), f), func(struct{}) (int, error) { return i, nil }))
			}
			values, err := eddy.Await(rt, future.JoinAll(fs...))
			if err != nil {
				return err
			}
			for i, v := range values {
				if v != i {
					t.Errorf("child %d of %d has the value %d", i, n, v)
				}
			}
			for _, y := range l.tallies {
				if y.polls > 2 {
					t.Errorf("%s was polled %d times", y.name, y.polls)
				}
			}
			return joinEachOther(t, w, rt)
		})
		if !w.RunUntil(host.Done) {
			t.Error("the join never ends")
		}
		l.ended()
	})
}

// joinEachOther spawns tasks each of which joins some of those before, some more than once.
func joinEachOther(t *testing.T, w *sim.World, rt *eddy.Runtime) error {
	var tasks []*eddy.JoinHandle[int]
	for i := range 20 {
		tasks = append(tasks, eddy.Spawn(rt, func() (int, error) {
			_ = rt.Sleep(upTo(w, time.Millisecond))
			for range 2 {
				if i == 0 {
					break
				}
				j := w.Rand().IntN(i)
				if v, err := tasks[j].Join(); v != j || err != nil {
					t.Errorf("the join of task %d: %d, %v", j, v, err)
				}
			}
			return i, nil
		}))
	}
	for _, h := range tasks {
		if _, err := h.Join(); err != nil {
			return err
		}
	}
	return nil
}
