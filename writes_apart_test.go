//go:build unix

package eddy_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/eddy-go/eddy"
)

// F31: two writes never share what they keep between waits, also where the first one gives the loop a turn before it
// begins: each goes out whole.
func TestWriteAfterASpentBudgetIsWhole(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		const small, big = 1000, 8 << 20
		reader := eddy.Spawn(rt, func() ([]byte, error) { return io.ReadAll(io.LimitReader(b, small+big)) })
		first := eddy.Spawn(rt, func() (int, error) {
			for range 128 { // operations that need no wait, until the budget of this poll is spent
				a.Write(nil)
			}
			return a.Write(bytes.Repeat([]byte("a"), small))
		})
		second := eddy.Spawn(rt, func() (int, error) { return a.Write(bytes.Repeat([]byte("b"), big)) })
		if n, err := first.Join(); n != small || err != nil {
			t.Errorf("first: %d, %v", n, err)
		}
		if n, err := second.Join(); n != big || err != nil {
			t.Errorf("second: %d, %v", n, err)
		}
		text, err := reader.Join()
		if as, bs := bytes.Count(text, []byte("a")), bytes.Count(text, []byte("b")); as != small || bs != big || err != nil {
			t.Errorf("read %d and %d, %v", as, bs, err)
		}
	})
}
