//go:build unix

package eddy_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// An expired WithTimeout ends the waits of whatever library waits, with the errors of package net.
func TestWithTimeoutEndsLibraryCode(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		before := rt.Stats().Timeouts
		waits := map[string]func() error{
			"io.Copy":     func() error { _, err := io.Copy(io.Discard, a); return err },
			"io.ReadFull": func() error { _, err := io.ReadFull(a, make([]byte, 1)); return err },
			"io.ReadAll":  func() error { _, err := io.ReadAll(a); return err },
		}
		for name, wait := range waits {
			begin := rt.Now()
			err := rt.WithTimeout(2*time.Millisecond, wait)
			var oe *net.OpError
			if !isTimeout(err) || !errors.As(err, &oe) {
				t.Errorf("%s: %v", name, err)
			}
			if rt.Now().Before(begin.Add(2 * time.Millisecond)) {
				t.Errorf("%s: early", name)
			}
		}
		if n := rt.Stats().Timeouts - before; n != 3 {
			t.Errorf("%d timeouts counted", n)
		}
		writeText(t, b, "later") // the stream lives on
		readText(t, a, "later")
	})
}
