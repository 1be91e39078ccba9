//go:build unix

package eddy_test

import (
	"testing"

	"github.com/eddy-go/eddy"
)

// Zero-length reads and writes make no system call, say nothing about readiness, and are never the end.
func TestZeroLength(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		before := rt.Stats().Kernel
		for range 3 {
			if n, err := a.Read(nil); n != 0 || err != nil {
				t.Errorf("read: %d, %v", n, err)
			}
			if n, err := a.Write(nil); n != 0 || err != nil {
				t.Errorf("write: %d, %v", n, err)
			}
		}
		if after := rt.Stats().Kernel; after.Receives != before.Receives || after.Sends != before.Sends {
			t.Error("system calls were made")
		}
		must(t, b.CloseWrite())
		must(t, rt.Yield())
		if n, err := a.Read(nil); n != 0 || err != nil {
			t.Errorf("at the end: %d, %v", n, err)
		}
	})
}
