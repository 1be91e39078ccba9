package eddy_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/future"
)

func ExampleSleep() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		_, err := eddy.Await(rt, eddy.Sleep(time.Millisecond))
		return err
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleTimeout() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, eddy.Sleep(time.Hour)))
		return err
	})
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
	// Output: true
}

func ExampleInterval() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		interval := eddy.NewInterval(time.Millisecond, eddy.Burst)
		first, err := eddy.Await(rt, interval.Tick())
		if err != nil {
			return err
		}
		second, err := eddy.Await(rt, interval.Tick())
		fmt.Println(second - first)
		return err
	})
	fmt.Println(err)
	// Output:
	// 1ms
	// <nil>
}

// The policies for a task that is busy until 35 ms, with a period of 10 ms; on a clock that is moved by hand.
func ExampleMissedTicks() {
	for _, policy := range []eddy.MissedTicks{eddy.Burst, eddy.Delay, eddy.Skip} {
		interval := eddy.NewInterval(10*time.Millisecond, policy)
		clock := new(eddytest.Clock)
		var taken []time.Duration
		for range 4 {
			tick := eddytest.NewTask(nil, interval.Tick())
			tick.Clock = clock
			_, err := tick.Poll()
			for ; err == future.Pending; _, err = tick.Poll() {
				clock.Advance(time.Millisecond)
			}
			taken = append(taken, clock.Now())
			clock.Advance(max(0, 35*time.Millisecond-clock.Now()))
		}
		fmt.Println(taken)
	}
	// Output:
	// [10ms 35ms 35ms 40ms]
	// [10ms 35ms 45ms 55ms]
	// [10ms 35ms 40ms 50ms]
}
