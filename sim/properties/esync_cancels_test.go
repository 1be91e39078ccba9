package properties_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F25: however many of those who share locks, permits and items are cancelled, and whenever, some of them while they are
// being served, the others come to their end, and nothing is lost or there twice.
func TestCancelManyOfOthers(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(withFaults())
		host := w.Host("subject", func(rt *eddy.Runtime) error {
			s := newWorkshop(t, w, rt)
			collector := rt.Spawn(s.collect)
			canceled := map[int]bool{}
			visits := make([]*eddy.JoinHandle[struct{}], 2+w.Rand().IntN(8))
			for i := range visits {
				visits[i] = eddy.Spawn(rt, func() (struct{}, error) {
					if w.Rand().IntN(3) > 0 {
						return struct{}{}, s.visit()
					}
					return struct{}{}, s.unlessLate(rt.WithTimeout(upTo(w, time.Millisecond), s.visit))
				})
			}
			for range w.Rand().IntN(2 * len(visits)) {
				if err := rt.Sleep(upTo(w, 100*time.Microsecond)); err != nil {
					return err
				}
				i := w.Rand().IntN(len(visits))
				canceled[i] = true
				visits[i].Cancel()
			}
			for i, visit := range visits {
				if _, err := visit.Join(); err != nil && (!canceled[i] || !errors.Is(err, eddy.ErrCanceled)) {
					t.Errorf("a visit ended with %v", err)
				}
			}
			return s.closeUp(collector, "at the end")
		})
		if !w.RunUntil(host.Done) {
			t.Error("the workshop never closes")
		}
	})
}
