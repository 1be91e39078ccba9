package eddy_test

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy"
)

func ExampleRuntime_Shield() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		task := rt.Spawn(func() {
			fmt.Println(rt.Sleep(time.Hour))
			rt.Shield(func() error {
				return rt.WithTimeout(time.Second, func() error { // clean-up that waits, within limits
					fmt.Println(rt.Sleep(time.Millisecond))
					return nil
				})
			})
			fmt.Println(rt.Sleep(time.Millisecond))
		})
		rt.Yield()
		task.Cancel()
		task.Join()
		return nil
	})
	// Output:
	// eddy: task canceled: context canceled
	// <nil>
	// eddy: task canceled: context canceled
}
