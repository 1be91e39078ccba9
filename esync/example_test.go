package esync_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
	"github.com/eddy-go/eddy/future"
)

func ExampleMutex() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		var mu esync.Mutex // what stands between Lock and Unlock stays together, though it waits
		var tasks []*eddy.JoinHandle[struct{}]
		for _, name := range []string{"one", "two"} {
			tasks = append(tasks, rt.Spawn(func() {
				if mu.Lock(rt) != nil {
					return // cancelled
				}
				defer mu.Unlock()
				fmt.Println(name, "begins")
				rt.Sleep(time.Millisecond)
				fmt.Println(name, "ends")
			}))
		}
		for _, task := range tasks {
			task.Join()
		}
		return nil
	})
	// Output:
	// one begins
	// one ends
	// two begins
	// two ends
}

func ExampleMutex_LockFuture() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		var mu esync.Mutex
		mu.Lock(rt)
		_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, mu.LockFuture()))
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), mu.TryLock())
		return nil
	})
	// Output: true false
}

func ExampleRWMutex() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		var mu esync.RWMutex
		mu.RLock(rt)
		fmt.Println(mu.TryRLock(), mu.TryLock())
		mu.RUnlock()
		mu.RUnlock()
		fmt.Println(mu.TryLock(), mu.TryRLock())
		return nil
	})
	// Output:
	// true false
	// true false
}

func ExampleSemaphore() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		connections := esync.NewSemaphore(2)
		open, most := 0, 0
		var done esync.WaitGroup
		for range 10 {
			done.Add(1)
			rt.Spawn(func() {
				defer done.Done()
				if connections.Acquire(rt, 1) != nil {
					return // cancelled
				}
				defer connections.Release(1)
				open++
				most = max(most, open)
				rt.Sleep(time.Millisecond)
				open--
			})
		}
		err := done.Wait(rt)
		fmt.Println(most, err)
		fmt.Println(connections.Acquire(rt, 3))
		return nil
	})
	// Output:
	// 2 <nil>
	// esync: Acquire of 3 permits of a Semaphore that has 2
}

func ExampleWaitGroup() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		var g esync.WaitGroup
		sum := 0
		for i := range 4 {
			g.Add(1)
			rt.Spawn(func() {
				defer g.Done()
				sum += i
			})
		}
		err := g.Wait(rt)
		fmt.Println(sum, err)
		return nil
	})
	// Output: 6 <nil>
}

func ExampleChan() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		lines := esync.NewChan[string](16)
		rt.Spawn(func() {
			defer lines.Close()
			for _, line := range []string{"hello", "world"} {
				if lines.Send(rt, line) != nil {
					return // cancelled, or closed by somebody else
				}
			}
		})
		for line := range lines.All(rt) {
			fmt.Println(line)
		}
		_, err := lines.Recv(rt)
		fmt.Println(err)
		return nil
	})
	// Output:
	// hello
	// world
	// esync: channel closed
}

// Whichever channel has an item first; the other keeps its own.
func ExampleChan_RecvFuture() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		numbers, words := esync.NewChan[int](1), esync.NewChan[string](1)
		numbers.Send(rt, 7)
		words.Send(rt, "seven")
		won, err := eddy.Await(rt, future.Select2(words.RecvFuture(), numbers.RecvFuture()))
		fmt.Println(won.Index, won.First, err)
		fmt.Println(numbers.Recv(rt))
		return nil
	})
	// Output:
	// 0 seven <nil>
	// 7 <nil>
}
