package eddy_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

func ExampleDone() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		ctx, cancel := context.WithCancelCause(rt.Context())
		rt.Spawn(func() { cancel(errors.New("not needed any more")) })
		eddy.Await(rt, eddy.Done(ctx)) // never <-ctx.Done(), which would stop the loop
		fmt.Println(ctx.Err(), "because", context.Cause(ctx))
		return nil
	})
	// Output: context canceled because not needed any more
}

// What select does for goroutines: whichever is first.
func ExampleDone_select() {
	eddy.BlockOn(func(rt *eddy.Runtime) error {
		ctx, cancel := context.WithCancel(context.Background())
		go cancel()
		first, err := eddy.Await(rt, future.Race(eddy.Done(ctx), eddy.Sleep(time.Hour)))
		fmt.Println(first, err, ctx.Err())
		return nil
	})
	// Output: {} <nil> context canceled
}
