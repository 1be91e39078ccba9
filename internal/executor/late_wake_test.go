package executor

import (
	"sync"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// F20: goroutines that wake tasks while these end, and long after, disturb neither the loop nor the tasks that come
// later. The race detector looks on.
func TestGoroutinesWakeEndedTasks(t *testing.T) {
	const tasks, goroutines, kept = 2000, 4, 8
	r := newRig(t)
	r.ex.inbox.wakeLoop = func() {}
	var wakers [goroutines]chan future.Waker
	var wg sync.WaitGroup
	for i := range wakers {
		wakers[i] = make(chan future.Waker, tasks)
		wg.Go(func() {
			var last []future.Waker // of tasks that have mostly ended
			for w := range wakers[i] {
				if last = append(last, w); len(last) > kept {
					last = last[1:]
				}
				for _, w := range last {
					w.Wake()
				}
			}
		})
	}
	var polls [tasks]int
	for n := range tasks {
		SpawnFuture(r.ex, future.Func(func(cx *future.Context) (int, error) {
			polls[n]++
			if polls[n] > 1 {
				return 0, nil
			}
			for _, c := range wakers {
				c <- cx.Waker()
			}
			return 0, future.Pending
		}))
		r.turn()
	}
	for r.ex.Live() > 0 {
		r.turn()
	}
	for _, c := range wakers {
		close(c)
	}
	wg.Wait()
	r.run()
	for n, got := range polls {
		if got != 2 {
			t.Errorf("task %d was polled %d times, want 2", n, got)
		}
	}
}
