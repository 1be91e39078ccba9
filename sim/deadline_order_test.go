package sim_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// A deadline holds for the read that the same task makes next, although it goes the way of calls from other goroutines.
func TestDeadlineHoldsForTheNextRead(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		host := w.Host("host", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP("127.0.0.1:0")
			if err != nil {
				return err
			}
			a, err := rt.DialTCP(l.Addr().String())
			if err != nil {
				return err
			}
			b, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			if _, err := a.Write([]byte("xy")); err != nil {
				return err
			}
			if err := rt.Sleep(time.Second); err != nil {
				return err
			}
			buf := make([]byte, 1)
			for range 2 {
				b.SetReadDeadline(rt.Now())
				if n, err := b.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("with a deadline that has passed: %d, %v", n, err)
				}
				b.SetReadDeadline(time.Time{})
				if n, err := b.Read(buf); n != 1 || err != nil {
					t.Errorf("without a deadline: %d, %v", n, err)
				}
			}
			return nil
		})
		w.RunUntil(host.Done)
	})
}
