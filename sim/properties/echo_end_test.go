package properties_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F10, F11: clients end their direction right behind their bytes. All come back, and then the end, also where the end
// arrived in one event with the last of them.
func TestEchoOfWhatCameWithTheEnd(t *testing.T) {
	var buffers bufferPool
	sim.Run(t, 1, func(w *sim.World) {
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) {
			buf := buffers.take()
			defer buffers.giveBack(buf)
			for {
				n, err := s.Read(buf)
				if err != nil {
					return
				}
				if _, err := s.Write(buf[:n]); err != nil {
					return
				}
			}
		})
		faults := unnoticed()
		faults[sim.EndWithData].Chance = 0.5
		w.SetFaults(faults)
		client := w.Host("client", func(rt *eddy.Runtime) error {
			buf := buffers.take()
			defer buffers.giveBack(buf)
			for range 4 {
				if err := sendAndEnd(rt, server.Address(echoPort), buf, 1+w.Rand().IntN(8<<10)); err != nil {
					return err
				}
			}
			return nil
		})
		wantEnd(t, w, client, 5*time.Second)
	})
}

func sendAndEnd(rt *eddy.Runtime, address string, buf []byte, n int) error {
	s, err := rt.DialTCP(address)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Write(pattern[:n]); err != nil {
		return err
	}
	if err := s.CloseWrite(); err != nil {
		return err
	}
	if err := wantBytes(s, buf, 0, n); err != nil {
		return err
	}
	return wantEOF(s, buf)
}
