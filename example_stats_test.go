package eddy_test

import (
	"fmt"

	"github.com/eddy-go/eddy"
)

// What the loop and the kernel have done for one message there and back.
func ExampleStats() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		calls := func(s eddy.Stats) eddy.KernelCalls { return s.Kernel }
		before := calls(rt.Stats())
		buf := make([]byte, 5)
		client.Write([]byte("hello"))
		server.Read(buf)
		server.Write(buf)
		client.Read(buf)
		after := calls(rt.Stats())
		fmt.Println("sends:", after.Sends-before.Sends, "receives:", after.Receives-before.Receives)
		fmt.Println("turned:", rt.Stats().Turns > 0, "rejected:", rt.Stats().RejectedEvents)
		return nil
	})
	// Output:
	// sends: 2 receives: 2
	// turned: true rejected: 0
}
