package eddy_test

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy"
)

// A task that takes from a channel stops the loop. The watchdog says so while it does.
func ExampleConfig_slowPoll() {
	reports := make(chan eddy.SlowPoll, 2)
	rt, err := eddy.New(eddy.Config{
		SlowPoll:   10 * time.Millisecond,
		OnSlowPoll: func(s eddy.SlowPoll) { reports <- s },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	rt.BlockOn(func(rt *eddy.Runtime) error {
		s := <-reports
		fmt.Println("blocked on a:", s.BlockedOn)
		return nil
	})
	fmt.Println("over:", (<-reports).Ended)
	// Output:
	// blocked on a: channel
	// over: true
}
