package properties_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// F34: who dials a Unix socket whose backlog is full waits until there is room, although the kernel tells of none.
func TestFullUnixBacklog(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) {
		f := withFaults()
		f[sim.AcceptBroken] = sim.Rate{}
		w.SetFaults(f)
		host := w.Host("subject", func(rt *eddy.Runtime) error {
			l, err := eddy.ListenConfig{Backlog: 1 + w.Rand().IntN(2)}.ListenUnix(rt, "/full")
			if err != nil {
				return err
			}
			defer l.Close()
			const dials = 8
			var dialers []*eddy.JoinHandle[struct{}]
			for i := range dials {
				dialers = append(dialers, eddy.Spawn(rt, func() (struct{}, error) {
					_ = rt.Sleep(upTo(w, 10*time.Millisecond))
					s, err := rt.DialUnix("/full")
					if err != nil {
						t.Errorf("dial %d: %v", i, err)
						return struct{}{}, err
					}
					defer s.Close()
					_, err = io.ReadFull(s, make([]byte, 1))
					return struct{}{}, err
				}))
			}
			for range dials {
				_ = rt.Sleep(upTo(w, 20*time.Millisecond))
				s, err := l.AcceptTCP()
				if err != nil {
					return err
				}
				if _, err := s.Write([]byte{1}); err != nil {
					return err
				}
				if err := s.Close(); err != nil {
					return err
				}
			}
			for _, h := range dialers {
				if _, err := h.Join(); err != nil {
					return err
				}
			}
			return nil
		})
		if !w.RunUntil(host.Done) {
			t.Error("some dial never ends")
		}
	})
}
