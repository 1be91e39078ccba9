//go:build unix

package eddy_test

import (
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

type panickingTarget struct{}

func (panickingTarget) Wake(uint64)      {}
func (panickingTarget) WakeLocal(uint64) { panic("the target's") }

// A Target of the user's that panics when the task that it waits for ends, ends BlockOn with that and leaves nothing behind.
func TestATargetThatPanicsAtAJoin(t *testing.T) {
	defer func() {
		if v := recover(); v != "the target's" {
			t.Errorf("BlockOn panicked with %v", v)
		}
	}()
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		h := rt.Spawn(func() { rt.Yield() })
		joined := h.Joined()
		var cx2 future.Context
		_, err := eddy.Await[struct{}](rt, future.Func(func(cx *future.Context) (struct{}, error) {
			cx2 = cx.For(panickingTarget{}, 0)
			return joined.Poll(&cx2)
		}))
		return err
	})
}
