package properties_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F14: a connection that the peer has reset fails, and fails alone: the first or the second write tells, and the
// client's other connection goes on.
func TestResetEndsOneConnection(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) {
			buf := make([]byte, 8)
			for {
				n, err := s.Read(buf)
				switch {
				case err != nil:
					return
				case buf[0] == 0:
					s.SetLinger(0)
					return
				}
				s.Write(buf[:n])
			}
		})
		w.SetFaults(unnoticed())
		client := w.Host("client", func(rt *eddy.Runtime) error {
			kept, err := rt.DialTCP(server.Address(echoPort))
			if err != nil {
				return err
			}
			defer kept.Close()
			lost, err := rt.DialTCP(server.Address(echoPort))
			if err != nil {
				return err
			}
			defer lost.Close()
			if err := writeUntilReset(rt, lost); err != nil {
				return err
			}
			one := []byte{1}
			if _, err := kept.Write(one); err != nil {
				return err
			}
			_, err = kept.Read(one)
			return err
		})
		wantEnd(t, w, client, 5*time.Second)
	})
}

// writeUntilReset asks for a reset and writes on, which must fail soon.
func writeUntilReset(rt *eddy.Runtime, s *eddy.TCPStream) error {
	until := rt.Now().Add(time.Second)
	for rt.Now().Before(until) {
		if _, err := s.Write([]byte{0}); isReset(err) {
			return nil
		} else if err != nil {
			return fmt.Errorf("a write after the reset: %w", err)
		}
		if err := rt.Sleep(time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("writes after the reset succeed")
}
