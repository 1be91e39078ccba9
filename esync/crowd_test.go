package esync_test

import (
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// However many wait at once, each is served, and what is kept for reuse afterwards serves again; that is
// bounded.
func TestMoreWaitsThanAreKept(t *testing.T) {
	blockOn(t, func(rt *eddy.Runtime) {
		var mu esync.Mutex
		for range 3 {
			must(t, mu.Lock(rt))
			served := 0
			for range 4 * esync.MaxSpares {
				rt.Spawn(func() {
					must(t, mu.Lock(rt))
					served++
					mu.Unlock()
				})
			}
			settle(rt)
			mu.Unlock()
			must(t, mu.Lock(rt))
			mu.Unlock()
			if served != 4*esync.MaxSpares {
				t.Errorf("%d served of %d", served, 4*esync.MaxSpares)
			}
			if kept := mu.Kept(); kept != esync.MaxSpares {
				t.Errorf("%d waits are kept; want %d", kept, esync.MaxSpares)
			}
		}
	})
}
