//go:build unix

package eddy_test

import (
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// F35: another goroutine may be the first to set a deadline on a stream just when the loop sets something else there for
// the first time: nothing of it is lost, because there is one place for what both set.
func TestFirstDeadlineBesideTheLoop(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		past, later := rt.Now().Add(-time.Hour), rt.Now().Add(time.Hour)
		for range 100 {
			a, b := unixPair(t, rt)
			writeText(t, b, "x") // so that a read ends that has no deadline
			var begun, begin atomic.Bool
			set := make(chan error, 1)
			go func() {
				begun.Store(true)
				for !begin.Load() {
				}
				set <- a.SetReadDeadline(past)
			}()
			until(t, rt, "the goroutine runs", begun.Load)
			begin.Store(true)
			must(t, a.SetWriteDeadline(later))
			must(t, <-set)
			must(t, a.SetWriteDeadline(past))
			if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("the read: %v", err)
			}
			if _, err := a.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("the write: %v", err)
			}
			a.Close()
			b.Close()
		}
	})
}
