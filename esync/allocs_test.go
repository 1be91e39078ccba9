package esync_test

import (
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// What waits again and again allocates nothing, and neither does what need not wait.
func TestNoAllocations(t *testing.T) {
	for name, round := range map[string]func(rt *eddy.Runtime) func(){
		"Mutex": func(rt *eddy.Runtime) func() {
			var mu esync.Mutex
			return func() {
				_ = mu.Lock(rt)
				mu.Unlock()
			}
		},
		"contended Mutex": func(rt *eddy.Runtime) func() {
			var mu esync.Mutex
			loop(rt, func() {
				_ = mu.Lock(rt)
				_ = rt.Yield()
				mu.Unlock()
			})
			return func() {
				_ = rt.Yield()
				_ = mu.Lock(rt)
				mu.Unlock()
			}
		},
		"contended RWMutex": func(rt *eddy.Runtime) func() {
			var mu esync.RWMutex
			loop(rt, func() {
				_ = mu.Lock(rt)
				_ = rt.Yield()
				mu.Unlock()
			})
			return func() {
				_ = rt.Yield()
				_ = mu.RLock(rt)
				mu.RUnlock()
			}
		},
		"contended Semaphore": func(rt *eddy.Runtime) func() {
			s := esync.NewSemaphore(3)
			loop(rt, func() {
				_ = s.Acquire(rt, 2)
				_ = rt.Yield()
				s.Release(2)
			})
			return func() {
				_ = rt.Yield()
				_ = s.Acquire(rt, 2)
				s.Release(2)
			}
		},
		"WaitGroup": func(rt *eddy.Runtime) func() {
			var g esync.WaitGroup
			counting := false
			loop(rt, func() {
				_ = rt.Yield()
				if counting {
					counting = false
					g.Done()
				}
			})
			return func() {
				counting = true
				g.Add(1)
				_ = g.Wait(rt)
			}
		},
		"unbuffered Chan":    hands(0),
		"Chan with a buffer": hands(4),
		"Chan that is not empty": func(rt *eddy.Runtime) func() {
			c := esync.NewChan[int](4)
			return func() {
				_ = c.Send(rt, 1)
				_, _ = c.Recv(rt)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			blockOn(t, func(rt *eddy.Runtime) {
				once := round(rt)
				for range 10 {
					once()
				}
				if n := testing.AllocsPerRun(100, once); n != 0 {
					t.Errorf("%v allocations a round", n)
				}
			})
		})
	}
}

// hands hands items over to another task, and waits for it in every round.
func hands(capacity int) func(rt *eddy.Runtime) func() {
	return func(rt *eddy.Runtime) func() {
		there, back := esync.NewChan[int](capacity), esync.NewChan[int](capacity)
		loop(rt, func() {
			v, _ := there.Recv(rt)
			_ = back.Send(rt, v)
		})
		return func() {
			_ = there.Send(rt, 1)
			_, _ = back.Recv(rt)
		}
	}
}

// loop spawns a task that does something until it is cancelled.
func loop(rt *eddy.Runtime, fn func()) {
	rt.Spawn(func() {
		for ctx := rt.Context(); ctx.Err() == nil; {
			fn()
		}
	})
}
