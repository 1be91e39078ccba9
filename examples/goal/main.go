// Program goal is the one that README.md shows: an echo server that drops clients which say nothing for 10 seconds.
package main

import (
	"errors"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/eddy-go/eddy"
)

func main() {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:8080")
		if err != nil {
			return err
		}
		for {
			stream, err := listener.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() { handleClient(rt, stream) })
		}
	})
	if err != nil {
		log.Fatal(err)
	}
}

func handleClient(rt *eddy.Runtime, stream *eddy.TCPStream) {
	defer stream.Close()
	buf := make([]byte, 1024)
	for {
		n, err := eddy.Await(rt, eddy.Timeout(10*time.Second, stream.ReadFuture(buf)))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			slog.Info("client timed out", "client", stream.RemoteAddr())
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
