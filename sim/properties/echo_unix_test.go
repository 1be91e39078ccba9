package properties_test

import (
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// F31: on a Unix socket a short read proves nothing: the kernel stops early, with bytes left for which no event comes.
func TestUnixEchoWithShortReads(t *testing.T) {
	var buffers bufferPool
	sim.Run(t, 1, func(w *sim.World) {
		w.SetFaults(unnoticed())
		host := w.Host("host", func(rt *eddy.Runtime) error {
			l, err := rt.ListenUnix("/run/echo")
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				if s, err := l.AcceptTCP(); err == nil {
					io.Copy(s, s)
					s.Close()
				}
			})
			s, err := rt.DialUnix("/run/echo")
			if err != nil {
				return err
			}
			defer s.Close()
			buf := buffers.take()
			defer buffers.giveBack(buf)
			for range 16 {
				n := 1 + w.Rand().IntN(8<<10)
				if _, err := s.Write(pattern[:n]); err != nil {
					return err
				}
				if err := wantBytes(s, buf, 0, n); err != nil {
					return err
				}
			}
			return nil
		})
		wantEnd(t, w, host, 10*time.Second)
	})
}
