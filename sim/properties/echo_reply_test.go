package properties_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F13, F33: a server replies and closes, while the client still sends what it will not read, or when it has read all up
// to the end. The client gets the whole reply and then the end, not a reset, whatever linger time the server has set.
func TestReplyOutlivesClose(t *testing.T) {
	var buffers bufferPool
	sim.Run(t, 1, func(w *sim.World) {
		request, reply := 1+w.Rand().IntN(32<<10), 1+w.Rand().IntN(32<<10)
		lingers, toTheEnd := w.Rand().IntN(3), w.Rand().IntN(2) == 0
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) {
			if lingers > 0 {
				s.SetLinger(lingers)
			}
			if _, err := s.Read(make([]byte, 1)); err != nil {
				return
			}
			if toTheEnd {
				io.Copy(io.Discard, s)
			}
			s.Write(pattern[:reply])
		})
		w.SetFaults(unnoticed())
		client := w.Host("client", func(rt *eddy.Runtime) error {
			buf := buffers.take()
			defer buffers.giveBack(buf)
			s, err := rt.DialTCP(server.Address(echoPort))
			if err != nil {
				return err
			}
			defer s.Close()
			if _, err := s.Write(pattern[:request]); err != nil {
				return err
			}
			if toTheEnd {
				if err := s.CloseWrite(); err != nil {
					return err
				}
			}
			if err := wantBytes(s, buf, 0, reply); err != nil {
				return err
			}
			return wantEOF(s, buf)
		})
		wantEnd(t, w, client, 5*time.Second)
	})
}
