package properties_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F35: another goroutine closes connections, at the worst moments: in the middle of a kernel call, or while the loop
// waits. Each wait ends soon, with the error that says so, the peer reads the end, and no other connection notices.
func TestCloseFromOutside(t *testing.T) {
	const clients, soon = 4, time.Millisecond
	sim.Run(t, 1, func(w *sim.World) {
		server := listening(w, func(rt *eddy.Runtime, s *eddy.TCPStream) { io.Copy(s, s) })
		w.SetFaults(unnoticed())
		var client *sim.Host
		client = w.Host("client", func(rt *eddy.Runtime) error {
			var talking [clients]*eddy.JoinHandle[struct{}]
			for i := range talking {
				s, err := rt.DialTCP(server.Address(echoPort))
				if err != nil {
					return err
				}
				var closed time.Duration
				talking[i] = eddy.Spawn(rt, func() (struct{}, error) {
					err := talkUntilClosed(s)
					if late := w.Elapsed() - closed; err == nil && (closed == 0 || late > soon) {
						err = fmt.Errorf("closed at %v, noticed %v later", closed, late)
					}
					return struct{}{}, err
				})
				w.After(time.Duration(w.Rand().Int64N(int64(50*time.Millisecond))), func() {
					w.Outside(client, func() {
						closed = w.Elapsed()
						s.Close()
					})
				})
			}
			for _, t := range talking {
				if _, err := t.Join(); err != nil {
					return err
				}
			}
			return nil
		})
		wantEnd(t, w, client, 5*time.Second)
	})
}

// talkUntilClosed echoes until the stream is closed under its hands.
func talkUntilClosed(s *eddy.TCPStream) error {
	buf := make([]byte, 512)
	for {
		if _, err := s.Write(pattern[:len(buf)]); err != nil {
			return wantClosed(err)
		}
		if err := wantBytes(s, buf, 0, len(buf)); err != nil {
			return wantClosed(err)
		}
	}
}

func wantClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
