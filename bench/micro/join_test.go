package micro

import (
	"sync"
	"sync/atomic"

	"github.com/eddy-go/eddy"
)

// One operation is one of a million tasks that are spawned together and joined. The last of the millions is what is left
// of n.
const million = 1_000_000

var joins = contest{
	{"eddy", func(_ stopwatch, n int) (done int, err error) {
		child := func() error { done++; return nil }
		err = eddy.BlockOn(func(rt *eddy.Runtime) error {
			return inMillions(n, func(n int) error {
				group := rt.Group()
				for range n {
					group.Go(child)
				}
				return group.Wait()
			})
		})
		return done, err
	}},
	{"eddy-future", func(_ stopwatch, n int) (done int, err error) {
		handles := make([]*eddy.JoinHandle[struct{}], 0, min(n, million))
		err = eddy.BlockOn(func(rt *eddy.Runtime) error {
			return inMillions(n, func(n int) error {
				handles = handles[:0]
				for range n {
					handles = append(handles, eddy.SpawnFuture[struct{}](rt, tick{&done}))
				}
				for _, h := range handles {
					if _, err := h.Join(); err != nil {
						return err
					}
				}
				return nil
			})
		})
		return done, err
	}},
	{"goroutines", func(_ stopwatch, n int) (int, error) {
		var ran atomic.Int64
		err := inMillions(n, func(n int) error {
			var all sync.WaitGroup
			child := func() { ran.Add(1) }
			for range n {
				all.Go(child)
			}
			all.Wait()
			return nil
		})
		return int(ran.Load()), err
	}},
}

func inMillions(n int, do func(n int) error) error {
	for ; n > 0; n -= million {
		if err := do(min(n, million)); err != nil {
			return err
		}
	}
	return nil
}
