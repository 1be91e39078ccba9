package properties_test

import (
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F29: connections on which nothing moves hold no buffer, though each of them has moved something before.
func TestIdleConnectionsHoldNoBuffers(t *testing.T) {
	const clients, bufferSize = 16, 64 << 10
	sim.Run(t, 1, func(w *sim.World) {
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) { io.Copy(s, s) })
		w.SetFaults(unnoticed())
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		client := w.Host("client", func(rt *eddy.Runtime) error {
			var streams [clients]*eddy.TCPStream
			one := []byte{1}
			for i := range streams {
				s, err := rt.DialTCP(server.Address(echoPort))
				if err != nil {
					return err
				}
				defer s.Close()
				streams[i] = s
				if _, err := s.Write(one); err != nil {
					return err
				}
				if _, err := s.Read(one); err != nil {
					return err
				}
			}
			return nil
		})
		wantEnd(t, w, client, 5*time.Second)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > clients*bufferSize/2 {
			t.Errorf("%d bytes were allocated for %d idle connections", n, clients)
		}
	})
}
