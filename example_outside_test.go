package eddy_test

import (
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy"
)

func ExampleRuntime_Handle() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		h := rt.Handle()
		done := rt.Spawn(func() { rt.Sleep(time.Hour) })
		go func() { // an ordinary goroutine
			defer h.Release()
			if err := h.Spawn(func() { // a task
				fmt.Println("spawned from outside")
				done.Cancel()
			}); err != nil {
				fmt.Println(err) // eddy.ErrBusy or eddy.ErrClosed
			}
		}()
		done.Join()
		return nil
	})
	// Output: spawned from outside
}

func ExampleHandle_Shutdown() {
	fmt.Println(eddy.BlockOn(func(rt *eddy.Runtime) error {
		h := rt.Handle()
		go func() {
			defer h.Release()
			h.Shutdown()
		}()
		return rt.Sleep(time.Hour)
	}))
	// Output: eddy: task canceled: context canceled
}

func ExampleOffload() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		data, err := eddy.Await(rt, eddy.Offload(rt, func() ([]byte, error) {
			return os.ReadFile(os.DevNull) // would block the loop
		}))
		fmt.Println(len(data), err)
		return nil
	})
	// Output: 0 <nil>
}
