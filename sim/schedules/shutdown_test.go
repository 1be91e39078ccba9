package schedules_test

import (
	"errors"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// A runtime that is shut down from outside at any moment ends within its grace, leaves nothing, and its peer goes on.
// One that loses its power leaves nothing either. Started again, both work.
func FuzzShutdownSchedule(f *testing.F) {
	f.Fuzz(func(t *testing.T, tape []byte) {
		sim.RunTape(t, tape, func(w *sim.World) {
			v := newTown(t, w)
			turns := w.Rand().IntN(1 << 8)
			w.RunUntil(func() bool { turns--; return v.handle != nil && turns < 0 || v.client.Done() })
			if !v.client.Done() {
				v.stop()
			}
			w.SetFaults(sim.Faults{})
			w.Restart(v.client)
			served := v.served
			if !w.RunUntil(v.client.Done) || v.client.Err() != nil {
				t.Errorf("started again, the client ends with %v", v.client.Err())
			}
			if v.served < served+2 {
				t.Errorf("the server took %d connections of the second client", v.served-served)
			}
		})
	})
}

// stop ends the client in some way.
func (v *town) stop() {
	begin := v.w.Elapsed()
	switch v.w.Rand().IntN(4) {
	case 0:
		v.w.Outside(v.client, v.handle.Shutdown)
	case 1:
		v.handle.Shutdown()
	case 2:
		v.w.Crash(v.client)
	case 3:
		v.w.Kill(v.client)
	}
	if !v.w.RunUntil(v.client.Done) {
		v.t.Fatal("the client never ends")
	}
	if took := v.w.Elapsed() - begin; took > time.Second+5*time.Millisecond { // the grace, and what Outside takes
		v.t.Errorf("the end took %v", took)
	}
	if err := v.client.Err(); err != nil && !errors.Is(err, eddy.ErrCanceled) {
		v.t.Errorf("the client ended with %v", err)
	}
}
