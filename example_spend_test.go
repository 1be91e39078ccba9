package eddy_test

import (
	"fmt"

	"github.com/eddy-go/eddy"
)

func ExampleRuntime_Spend() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		task := rt.Spawn(func() { fmt.Println("another task runs meanwhile") })
		sum := 0
		for i := range 1000 { // long work without a wait
			if err := rt.Spend(); err != nil {
				return err // cancelled
			}
			sum += i
		}
		fmt.Println(sum, task.Done())
		return nil
	})
	// Output:
	// another task runs meanwhile
	// 499500 true
}
