package properties_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F2, F3: every registration is taken back before its descriptor is closed, and no event finds nobody, also not that of a
// wake from outside.
func TestRegistrations(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		var server *sim.Host
		ended := 0
		program := func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP(echoListen)
			if err != nil {
				return err
			}
			h := rt.Handle()
			defer h.Release()
			for range 4 {
				w.Outside(server, func() { h.Spawn(func() {}) })
			}
			for range 4 {
				s, err := l.AcceptTCP()
				if err != nil {
					return err
				}
				rt.Spawn(func() {
					io.Copy(s, s)
					s.Close()
					ended++
				})
			}
			for ended < 4 || rt.Stats().Closing > 0 {
				if err := rt.Sleep(10 * time.Millisecond); err != nil {
					return err
				}
			}
			stats := rt.Stats()
			k := stats.Kernel
			if left := k.Registers - k.Deregisters; left != uint64(stats.Sources) {
				return fmt.Errorf("%d registrations, %d were taken back, and %d sources are left", k.Registers, k.Deregisters, stats.Sources)
			}
			if stats.RejectedEvents > 0 {
				return fmt.Errorf("%d events found nobody", stats.RejectedEvents)
			}
			return nil
		}
		server = w.Host("server", program)
		w.Run(time.Millisecond)
		w.SetFaults(unnoticed())
		client := w.Host("client", func(rt *eddy.Runtime) error {
			buf := make([]byte, 4<<10)
			for range 4 {
				if err := sendAndEnd(rt, server.Address(echoPort), buf, 1+w.Rand().IntN(len(buf))); err != nil {
					return err
				}
			}
			return nil
		})
		wantEnd(t, w, client, 5*time.Second)
		wantEnd(t, w, server, 5*time.Second)
	})
}
