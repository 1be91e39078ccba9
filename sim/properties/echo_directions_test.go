package properties_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F5: both ends write and read at the same time, through buffers that are often full or empty. What one direction learns
// of its readiness is not taken for the other's, and no wake is lost.
func TestDirectionsAreApart(t *testing.T) {
	const total, buffer = 64 << 10, 8 << 10
	var buffers bufferPool
	sim.Run(t, 1, func(w *sim.World) {
		both := func(rt *eddy.Runtime, s *eddy.TCPStream) error {
			buf := buffers.take()
			defer buffers.giveBack(buf)
			writing := eddy.Spawn(rt, func() (int, error) { return s.Write(pattern[:total]) })
			if err := wantBytes(s, buf, 0, total); err != nil {
				return err
			}
			if _, err := writing.Join(); err != nil {
				return err
			}
			if err := s.CloseWrite(); err != nil {
				return err
			}
			return wantEOF(s, buf)
		}
		var serverErr error
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) { serverErr = both(rt, s) })
		client := w.Host("client", func(rt *eddy.Runtime) error {
			s, err := rt.DialTCP(server.Address(echoPort))
			if err != nil {
				return err
			}
			defer s.Close()
			return both(rt, s)
		})
		link := w.Link(server, client)
		link.SendBuffer, link.RecvBuffer = buffer, buffer
		w.SetFaults(unnoticed())
		wantEnd(t, w, client, 5*time.Second)
		w.Run(time.Second)
		if serverErr != nil {
			t.Errorf("the server: %v", serverErr)
		}
	})
}
