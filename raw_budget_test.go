//go:build unix

package eddy_test

import (
	"errors"
	"testing"

	"github.com/eddy-go/eddy"
)

// F37: raw reads and writes cost budget like all others, and fail in a cancelled task.
func TestRawCallsYieldAndFail(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, _ *eddy.TCPStream) {
		raw := got(a.SyscallConn())(t)
		done := func(uintptr) bool { return true }
		for name, call := range map[string]func(func(uintptr) bool) error{"read": raw.Read, "write": raw.Write} {
			before := rt.Stats().Turns
			for range 1000 {
				must(t, call(done))
			}
			if rt.Stats().Turns-before < 5 {
				t.Errorf("%s: 1000 calls took %d turns", name, rt.Stats().Turns-before)
			}
			var h *eddy.JoinHandle[int]
			h = eddy.Spawn(rt, func() (int, error) { h.Cancel(); return 0, call(done) })
			if _, err := h.Join(); !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
