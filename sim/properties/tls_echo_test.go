package properties_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/eddytls"
	"github.com/eddy-go/eddy/sim"
)

// F26: echoes over TLS, each with one task that reads and one that writes on a fresh connection, at both ends or one.
// Faults that a correct program does not notice are not noticed; behind others no byte is wrong, and all come to an end.
func TestTLSEchoUnderFaults(t *testing.T) {
	eddytest.Baseline(t)
	sim.Run(t, 1, func(w *sim.World) { tlsEcho(t, w) })
}

// The bytes on the wire, the waits and the tasks are the same when the seed is.
func TestTLSEchoIsDeterministic(t *testing.T) {
	eddytest.Baseline(t)
	sums := func() (sums []uint64) {
		for seed := range uint64(2) {
			sim.Run(t, seed, func(w *sim.World) {
				tlsEcho(t, w)
				sums = append(sums, w.Sum())
			})
		}
		return sums
	}
	if a, b := sums(), sums(); !slices.Equal(a, b) {
		t.Errorf("sums %016x, again %016x", a, b)
	}
}

func tlsEcho(t *testing.T, w *sim.World) {
	clientConfig, serverConfig := tlsWorld(t, w)
	rough := w.Rand().IntN(2) == 0
	if rough {
		w.SetFaults(withFaults())
	} else {
		w.SetFaults(unnoticed())
	}
	serving := 0
	server := tlsServer(w, serverConfig, &serving)
	const clients = 2
	client := w.Host("client", func(rt *eddy.Runtime) error {
		talks := make([]*eddy.JoinHandle[struct{}], clients)
		for i := range talks {
			n := w.Rand().IntN(60 << 10)
			talks[i] = eddy.Spawn(rt, func() (struct{}, error) {
				s, err := rt.DialTCP(server.Address(tlsPort))
				if err != nil {
					return struct{}{}, err
				}
				_ = s.SetIdleTimeout(tlsIdle)
				return struct{}{}, tlsTalk(rt, eddytls.Client(rt, s, clientConfig), n)
			})
		}
		for i, h := range talks {
			_, err := h.Join()
			if err != nil && !rough || errors.Is(err, errWrongBytes) {
				t.Errorf("client %d: %v", i, err)
			}
		}
		return nil
	})
	l := w.Link(server, client)
	l.SendBuffer, l.RecvBuffer = 4<<10<<w.Rand().IntN(4), 4<<10
	w.RunUntil(func() bool { return client.Done() || w.Elapsed() > 5*time.Minute })
	if !client.Done() {
		t.Errorf("the clients never end. %s", w.Dump())
	}
	w.SetFaults(sim.Faults{})
	w.Run(2 * tlsIdle)
	if serving != 0 {
		t.Errorf("%d connections are still served. %s", serving, w.Dump())
	}
}
