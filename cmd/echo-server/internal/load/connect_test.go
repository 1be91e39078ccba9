package load_test

import (
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/sim"
)

// Connections that fail are counted, and the others do the work.
func TestConnectFailuresAreCounted(t *testing.T) {
	sim.Run(t, 1, func(w *sim.World) {
		r := newRig(w, plan(func(p *load.Plan) { p.Connections, p.Network, p.Address = 20, "tcp", "10.9.9.9:7" }), echo)
		result := r.result(t)
		if result.Connected != 0 || result.ByKind[load.Connect] != 20 || len(result.Failures) != 10 || !result.Failed() || result.Messages != 0 || result.Elapsed != 0 || result.Rate() != 0 {
			t.Errorf("%+v", result)
		}
		if text := result.Failures[3].String(); !strings.HasPrefix(text, "connection 3: dial ") {
			t.Errorf("it reads %q", text)
		}
	})
	sim.Run(t, 1, func(w *sim.World) {
		brief := w.Host("brief", func(rt *eddy.Runtime) error {
			l, err := rt.ListenTCP(":7")
			if err != nil {
				return err
			}
			s, err := l.AcceptTCP()
			l.Close() // some are in its queue and are reset; some come too late
			if err == nil {
				_, err = s.WriteTo(s)
				s.Close()
			}
			return err
		})
		w.Run(time.Second)
		r := newRig(w, plan(func(p *load.Plan) { p.Connections, p.Network, p.Address = 5, "tcp", brief.Address(7) }), echo)
		result := r.result(t)
		refused, reset := int(result.ByKind[load.Connect]), int(result.ByKind[load.Broken])
		if refused == 0 || result.Connected != 5-refused || reset != 4-refused || !result.Failed() || result.Messages == 0 {
			t.Errorf("%d connected, %v failed, %d messages", result.Connected, result.ByKind, result.Messages)
		}
	})
}
