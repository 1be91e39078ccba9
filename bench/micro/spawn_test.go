package micro

import (
	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// One operation is a task that does next to nothing, from its spawn to its result in the task that spawned it.
var spawns = contest{
	{"eddy", func(_ stopwatch, n int) (done int, err error) {
		child := func() { done++ }
		err = eddy.BlockOn(func(rt *eddy.Runtime) error {
			for range n {
				if _, err := rt.Spawn(child).Join(); err != nil {
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
		_, err = eddy.BlockOnFuture(rt, &spawner{rt: rt, left: n, done: &done})
		return done, err
	}},
	{"goroutines", func(_ stopwatch, n int) (done int, err error) {
		ended := make(chan int)
		child := func() { ended <- 1 }
		for range n {
			go child()
			done += <-ended
		}
		return done, nil
	}},
}

// spawner is a future that spawns ticks, one after the other, and waits for each.
type spawner struct {
	rt    *eddy.Runtime
	left  int
	done  *int
	child eddy.Future[struct{}] // the end of the one under way, or nil
}

func (s *spawner) Poll(cx *future.Context) (struct{}, error) {
	for ; s.left > 0; s.left-- {
		if s.child == nil {
			s.child = eddy.SpawnFuture[struct{}](s.rt, tick{s.done}).Joined()
		}
		if _, err := s.child.Poll(cx); err != nil {
			return struct{}{}, err
		}
		s.child = nil
	}
	return struct{}{}, nil
}

func (s *spawner) Cancel() {
	if s.child != nil {
		s.child.Cancel()
	}
}

// tick is a future that is done at once, and counts that. As large as a pointer, it is a Future without an allocation.
type tick struct{ done *int }

func (t tick) Poll(*future.Context) (struct{}, error) {
	*t.done++
	return struct{}{}, nil
}

func (t tick) Cancel() {}
