package schedules_test

import (
	"testing"

	"github.com/eddy-go/eddy/sim"
)

// Every byte that comes back is the one that was sent, an end that was not asked for is reported as an error, and all
// waits end.
func FuzzEchoSchedule(f *testing.F) {
	f.Fuzz(func(t *testing.T, tape []byte) {
		sim.RunTape(t, tape, func(w *sim.World) {
			v := newTown(t, w)
			if !w.RunUntil(v.client.Done) {
				t.Error("the client never ends")
			}
			if v.server.Done() {
				t.Errorf("the server has ended: %v", v.server.Err())
			}
		})
	})
}
