package eddy_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy"
)

// A read that lost against the clock has consumed nothing: the next one gets the bytes.
func ExampleReadFuture() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		buf := make([]byte, 16)
		var read *eddy.ReadFuture = server.ReadFuture(buf)
		_, err := eddy.Await(rt, eddy.Timeout(time.Millisecond, read))
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
		client.Write([]byte("late"))
		n, err := server.Read(buf)
		fmt.Println(string(buf[:n]), err)
		return nil
	})
	// Output:
	// true
	// late <nil>
}

// A write that lost against the clock knows how much went out.
func ExampleWriteFuture() {
	connected(func(rt *eddy.Runtime, client, server *eddy.TCPStream) error {
		var write *eddy.WriteFuture = client.WriteFuture(make([]byte, 64<<20)) // the server does not read
		_, err := eddy.Await(rt, eddy.Timeout(10*time.Millisecond, write))
		fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), write.Written() > 0)
		_, err = client.Write([]byte("more"))
		fmt.Println(errors.Is(err, eddy.ErrPartialWrite))
		return nil
	})
	// Output:
	// true true
	// true
}
