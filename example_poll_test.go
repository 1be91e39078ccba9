package eddy_test

import (
	"fmt"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// lineEcho is an echo as a future that is written by hand. Its buffer may be everybody's: nothing is in it between polls.
type lineEcho struct {
	stream *eddy.TCPStream
	buffer []byte
}

func (e *lineEcho) Poll(cx *future.Context) (string, error) {
	for {
		n, err := e.stream.PollRead(cx, e.buffer)
		if err != nil { // future.Pending, or io.EOF
			return "", err
		}
		// This peer reads what it sends. Where one may not, the rest moves to a buffer of its own: see
		// examples/echo-future.
		if _, err := e.stream.PollWrite(cx, e.buffer[:n]); err != nil {
			return "", err
		}
	}
}

func (e *lineEcho) Cancel() { e.stream.CancelPoll() }

// Two connections, one buffer.
func ExampleTCPStream_PollRead() {
	buffer := make([]byte, 64<<10)
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		echo := eddy.SpawnFuture(rt, eddy.Future[string](&lineEcho{server, buffer}))
		for _, text := range []string{"one", "two"} {
			client.Write([]byte(text))
			reply := make([]byte, 16)
			n, err := client.Read(reply)
			fmt.Println(string(reply[:n]), err)
		}
		client.CloseWrite()
		_, err := echo.Join()
		fmt.Println(err)
		return nil
	})
	// Output:
	// one <nil>
	// two <nil>
	// EOF
}

// A poll writes what there is room for, and keeps nothing of the rest.
func ExampleTCPStream_PollWrite() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		large := make([]byte, 64<<20) // more than there can be room for
		n, err := eddy.Await(rt, future.Func(func(cx *future.Context) (int, error) {
			return client.PollWrite(cx, large)
		}))
		fmt.Println(0 < n && n < len(large), err)
		return nil
	})
	// Output: true <nil>
}

// Who gives up a poll gives back its place: another may read.
func ExampleTCPStream_CancelPoll() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		echo := eddy.SpawnFuture(rt, eddy.Future[string](&lineEcho{server, make([]byte, 16)}))
		rt.Yield()
		echo.Cancel() // its future's Cancel calls CancelPoll
		echo.Join()
		client.Write([]byte("for the next reader"))
		p := make([]byte, 32)
		n, err := server.Read(p)
		fmt.Println(string(p[:n]), err)
		return nil
	})
	// Output: for the next reader <nil>
}
