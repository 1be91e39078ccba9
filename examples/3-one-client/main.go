// Program 3-one-client is the third step: straight-line code on the runtime, for one client at a time. Read, Write and
// AcceptTCP look blocking; they park the task, and here there is no other. A second client is served when the first one
// has gone.
//
//	$ go run ./examples/3-one-client [address]
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/eddy-go/eddy"
)

func main() {
	address := "127.0.0.1:8080"
	if len(os.Args) > 1 {
		address = os.Args[1]
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
			echo(stream)
		}
	})
	if err != nil {
		log.Fatal(err)
	}
}

// echo sends back what it reads, until the client disconnects.
func echo(stream *eddy.TCPStream) {
	defer stream.Close()
	buf := make([]byte, 1024)
	for {
		n, err := stream.Read(buf)
		if err != nil { // io.EOF: the client disconnected
			return
		}
		if _, err := stream.Write(buf[:n]); err != nil {
			return
		}
	}
}
