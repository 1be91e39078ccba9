package eddy_test

import (
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/eddy-go/eddy"
)

func ExampleRuntime_SetName() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		rt.SetName("main")
		rt.Spawn(func() { rt.Sleep(time.Hour) }).Named("client 7")
		rt.Yield()
		for _, task := range rt.Tasks() {
			function, _, _ := strings.Cut(task.Function, ".") // and its place
			fmt.Println(task.ID, task.Name, function, task.State)
		}
		return nil
	})
	// Output:
	// 1 main eddy_test running
	// 2 client 7 eddy_test waiting
}

// A profile's label "task" is the task's name. What the program adds to the task's context stands beside it.
func ExampleRuntime_SetName_profile() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		rt.SetName("client 7")
		pprof.Do(rt.Context(), pprof.Labels("step", "reply"), func(ctx context.Context) {
			pprof.ForLabels(ctx, func(key, value string) bool {
				fmt.Println(key, "=", value)
				return true
			})
		})
		return nil
	})
	// Output:
	// step = reply
	// task = client 7
}
