package main

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy"
)

// checkedIdleTimeout is the idle timeout of the check. Picked: short, and long enough to see that it is not early.
const checkedIdleTimeout = 200 * time.Millisecond

// checkIdleTimeout connects, says something once, and waits for the server to hang up.
func checkIdleTimeout(rt *eddy.Runtime) error {
	return withServer(rt, checkedIdleTimeout, func(address string) error {
		return withClient(rt, address, func(stream *eddy.TCPStream) error {
			before := rt.Now()
			if err := roundTrip(stream, "still there\n"); err != nil {
				return err
			}
			if err := expectEnd(stream); err != nil {
				return err
			}
			if after := rt.Now().Sub(before); after < checkedIdleTimeout {
				return fmt.Errorf("dropped %v after it began to speak, before the idle timeout of %v", after, checkedIdleTimeout)
			}
			return nil
		})
	})
}
