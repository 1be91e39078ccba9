package sim_test

import (
	"io"
	"math"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// A run to the end of the clock ends there, in a bubble too.
func TestRunToTheEndOfTime(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		w.Run(math.MaxInt64)
		if year := w.Now().UTC().Year(); year != 2262 {
			t.Errorf("the clock ends in %d", year)
		}
	})
}

// A host that was paused when it ended runs when it is started again.
func TestRestartOfAPausedHost(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		runs := 0
		h := w.Host("host", func(*eddy.Runtime) error { runs++; return nil })
		w.RunUntil(h.Done)
		w.Pause(h)
		w.Restart(h)
		if !w.RunUntil(h.Done) || runs != 2 {
			t.Errorf("it ran %d times", runs)
		}
	})
}

// A link that was set as a whole, with no word about buffers, has buffers.
func TestLinkWithoutBuffersCarriesBytes(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		server := w.Host("server", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP(":80")
			if err != nil {
				return err
			}
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = io.Copy(s, s)
			return err
		})
		client := w.Host("client", func(rt *eddy.Runtime) error {
			s, err := rt.DialTCP(server.Address(80))
			if err != nil {
				return err
			}
			defer s.Close()
			return say(s, "hello")
		})
		*w.Link(server, client) = sim.Link{Bandwidth: 1e6}
		if !w.RunUntil(client.Done) {
			t.Error("nothing came through")
		}
	})
}
