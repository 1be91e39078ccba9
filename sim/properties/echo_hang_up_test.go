package properties_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F12: the peer of a write that waits for room hangs up. The write ends, though no room will ever come: hang-up concerns
// both directions, and the system call says what it means.
func TestHangUpEndsABlockedWrite(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(unnoticed())
		host := w.Host("host", func(rt *eddy.Runtime) error {
			l, err := rt.ListenUnix("/run/echo")
			if err != nil {
				return err
			}
			peer, err := rt.DialUnix("/run/echo")
			if err != nil {
				return err
			}
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			defer s.Close()
			writing := eddy.Spawn(rt, func() (int, error) {
				written := 0
				for {
					n, err := s.Write(pattern[:64<<10])
					written += n
					if err != nil {
						return written, err
					}
				}
			})
			if err := rt.Sleep(time.Second); err != nil {
				return err
			}
			if err := peer.Close(); err != nil {
				return err
			}
			if n, err := writing.Join(); n == 0 || !isReset(err) {
				return fmt.Errorf("the write ended with %d and %v", n, err)
			}
			return nil
		})
		wantEnd(t, w, host, 2*time.Second)
	})
}
