package properties_test

import (
	"io"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// The peer of most tests sends back whatever it reads, until the end.
const peerPort = 7

func peerProgram(rt *eddy.Runtime) error {
	l, err := rt.ListenTCP(":7")
	if err != nil {
		return err
	}
	for {
		s, err := l.AcceptTCP()
		if err != nil {
			return err
		}
		rt.Spawn(func() {
			defer s.Close()
			_, _ = io.Copy(s, s)
		})
	}
}

// withFaults is Chaos without what keeps a host from ending within its grace: an offloaded function that takes long.
func withFaults() sim.Faults {
	f := sim.Chaos()
	f[sim.SlowOffload] = sim.Rate{}
	return f
}

// upTo draws a duration, the short ones as often as the long ones.
func upTo(w *sim.World, limit time.Duration) time.Duration {
	d := time.Duration(1 + w.Rand().Int64N(int64(limit)))
	return max(1, d>>w.Rand().UintN(20))
}
