package schedules_test

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/sim"
)

// A task that is cancelled, by a function from outside at any moment, ends and leaves nothing.
func FuzzCancelSchedule(f *testing.F) {
	f.Fuzz(func(t *testing.T, tape []byte) {
		sim.RunTape(t, tape, func(w *sim.World) {
			v := newTown(t, w)
			turns := w.Rand().IntN(1 << 8)
			w.RunUntil(func() bool { turns--; return v.worker != nil && turns < 0 || v.client.Done() })
			if !v.client.Done() {
				w.Outside(v.client, v.cancel)
			}
			canceled := w.Elapsed()
			if !w.RunUntil(v.client.Done) {
				t.Error("the client never ends")
			}
			if took := w.Elapsed() - canceled; took > 11*time.Second {
				t.Errorf("the end of a task that was cancelled took %v", took)
			}
		})
	})
}

// cancel asks the worker to end, from outside.
func (v *town) cancel() {
	if v.handle.Spawn(func() { v.coming--; v.worker.Cancel() }) == nil {
		v.coming++
	}
}
