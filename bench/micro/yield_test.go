package micro

import (
	"runtime"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// One operation is a yield where nothing else is ready. A task's lets the loop ask the kernel for events, a goroutine's
// does not.
var yields = contest{
	{"eddy", func(_ stopwatch, n int) (done int, err error) {
		err = eddy.BlockOn(func(rt *eddy.Runtime) error {
			for ; done < n; done++ {
				if err := rt.Yield(); err != nil {
					return err
				}
			}
			return nil
		})
		return done, err
	}},
	{"eddy-future", func(_ stopwatch, n int) (done int, err error) {
		rt, err := eddy.New(eddy.Config{})
		if err != nil {
			return 0, err
		}
		polls := -1
		_, err = eddy.BlockOnFuture(rt, future.Func(func(cx *future.Context) (struct{}, error) {
			if polls++; polls == n {
				return struct{}{}, nil
			}
			cx.Yield()
			return struct{}{}, future.Pending
		}))
		return polls, err
	}},
	{"goroutines", func(_ stopwatch, n int) (done int, err error) {
		for ; done < n; done++ {
			runtime.Gosched()
		}
		return done, nil
	}},
}
