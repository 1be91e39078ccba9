// Program 4-many-clients is the fourth step: a task for each client. The difference to the third step is one word,
// Spawn. All tasks run on one thread, one at a time, so they share memory without locks: each greets its client with
// the number of clients that are there, which is a plain variable.
//
//	$ go run ./examples/4-many-clients [address]
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
		clients := 0
		for {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				clients++
				defer func() { clients-- }()
				echo(stream, fmt.Sprintf("clients: %d\n", clients))
			})
		}
	})
	if err != nil {
		log.Fatal(err)
	}
}

// echo greets the client and sends back what it reads, until the client disconnects.
func echo(stream *eddy.TCPStream, greeting string) {
	defer stream.Close()
	if _, err := stream.Write([]byte(greeting)); err != nil {
		return
	}
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
