package eddy_test

import (
	"fmt"

	"github.com/eddy-go/eddy"
)

// user is who the current task works for.
var user eddy.Local[string]

func ExampleLocal() {
	greet := func(rt *eddy.Runtime) { // need not be told for whom
		name, ok := user.Get(rt)
		fmt.Printf("%q %v\n", name, ok)
	}
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		for _, name := range []string{"ann", "bob"} {
			rt.Spawn(func() {
				user.Set(rt, name)
				rt.Spawn(func() { greet(rt) }).Join() // inherits
			}).Join()
		}
		greet(rt)
		return nil
	})
	// Output:
	// "ann" true
	// "bob" true
	// "" false
}
