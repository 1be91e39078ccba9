// Program 5-timeout is the last step: a client that says nothing for a while is dropped.
//
// Timeout limits any future, and a read of a stream is one. A stream has closer tools too: SetReadDeadline for a moment
// in time, and SetIdleTimeout, which needs to be set only once and holds inside io.Copy as well. WithTimeout limits a
// piece of straight-line code, whatever it waits for.
//
//	$ go run ./examples/5-timeout [address [limit]]
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/eddy-go/eddy"
)

func main() {
	address, limit := "127.0.0.1:8080", 10*time.Second
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	if len(os.Args) > 2 {
		var err error
		if limit, err = time.ParseDuration(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(address)
		if err != nil {
			return err
		}
		fmt.Println("listening on", listener.Addr())
		for {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() { echo(rt, stream, limit) })
		}
	})
	if err != nil {
		log.Fatal(err)
	}
}

// echo sends back what it reads, until the client disconnects or has said nothing for limit.
func echo(rt *eddy.Runtime, stream *eddy.TCPStream, limit time.Duration) {
	defer stream.Close()
	buf := make([]byte, 1024)
	for {
		n, err := eddy.Await(rt, eddy.Timeout(limit, stream.ReadFuture(buf)))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			fmt.Println("silent for", limit, "and dropped:", stream.RemoteAddr())
			return
		}
		if err != nil { // io.EOF: the client disconnected
			return
		}
		if _, err := stream.Write(buf[:n]); err != nil {
			return
		}
	}
}
