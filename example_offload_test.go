package eddy_test

import (
	"fmt"

	"github.com/eddy-go/eddy"
)

// What runs outside the loop can be seen from a task, for example for a status page.
func ExampleRuntime_Offloads() {
	rt, err := eddy.New(eddy.Config{MaxOffload: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	rt.BlockOn(func(rt *eddy.Runtime) error {
		finish := make(chan struct{})
		compute := func() (int, error) { <-finish; return 42, nil }
		first := eddy.SpawnFuture(rt, eddy.Offload(rt, compute))
		second := eddy.SpawnFuture(rt, eddy.Offload(rt, compute))
		rt.Yield()
		for _, o := range rt.Offloads() { // o.Name is the function's, o.For how long it has been there
			fmt.Println(o.Lane, o.State)
		}
		close(finish)
		first.Join()
		second.Join()
		fmt.Printf("%+v\n", rt.Stats().Offloads)
		return nil
	})
	// Output:
	// offload running
	// offload queued
	// {Running:0 Queued:0 Finished:2}
}
