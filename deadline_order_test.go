//go:build unix

package eddy_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// F35: of two calls that set a deadline the later one counts, also where the earlier one came from another goroutine and
// reaches the loop after it.
func TestLaterDeadlineCounts(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		past := rt.Now().Add(-time.Hour)
		set := make(chan error)
		for _, call := range []func() error{
			func() error { return a.SetReadDeadline(past) },
			func() error { return a.SetIdleTimeout(1) },
		} {
			go func() { set <- call() }()
			must(t, <-set) // on its way: the loop has not turned
		}
		must(t, a.SetReadDeadline(time.Time{}))
		must(t, a.SetIdleTimeout(0))
		writer := rt.Spawn(func() {
			rt.Sleep(5 * time.Millisecond)
			b.Write([]byte("x"))
		})
		if n, err := a.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		writer.Join()
	})
}

// F35: a deadline that another goroutine has set holds for a task that knows of it, although the task has set something
// itself since, which came to the loop first.
func TestEarlierDeadlineIsNotOvertaken(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, b, "x")
		must(t, rt.Yield())
		past, set := rt.Now().Add(-time.Hour), make(chan error)
		go func() { set <- a.SetDeadline(past) }()
		must(t, <-set) // on its way: the loop has not turned
		must(t, a.SetIdleTimeout(0))
		for op, call := range map[string]func([]byte) (int, error){"read": a.Read, "write": a.Write} {
			if n, err := call(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the %s: %d, %v", op, n, err)
			}
		}
	})
}
