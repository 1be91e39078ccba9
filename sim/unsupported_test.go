package sim_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// A simulated socket's number names nothing of the system's, or something else: nobody gets it.
func TestDescriptorsAreNotHandedOut(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		host := w.Host("host", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP("127.0.0.1:0")
			if err != nil {
				return err
			}
			s, err := rt.DialTCP(l.Addr().String())
			if err != nil {
				return err
			}
			_, ofListener := l.SyscallConn()
			_, ofStream := s.SyscallConn()
			c := eddy.ListenConfig{Control: func(string, string, syscall.RawConn) error {
				t.Error("Control was called")
				return nil
			}}
			_, ofControl := c.ListenTCP(rt, ":0")
			_, inherited := rt.ListenerFromFD(3)
			for _, err := range []error{ofListener, ofStream, ofControl, inherited} {
				if !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("got %v", err)
				}
			}
			return nil
		})
		w.RunUntil(host.Done)
	})
}
