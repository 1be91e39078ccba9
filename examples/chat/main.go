// Program chat is a room (room.go): each line that a guest sends goes to all. The guests are a plain slice that tasks share
// without locks. Each guest has two tasks, one that reads and one that writes, and between them a queue (esync.Chan):
// whoever does not read fills up his own queue, misses lines and is told how many; nobody waits for him.
//
//	$ go run ./examples/chat --listen 127.0.0.1:8080
//	$ nc 127.0.0.1 8080
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/eddy-go/eddy"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "`ADDRESS` to listen on, an IP address and a port")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(*listen)
		if err != nil {
			return err
		}
		defer context.AfterFunc(ctx, func() { listener.Close() })()
		fmt.Println("listening on", listener.Addr())
		r := &room{rt: rt}
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return r.close()
			}
			if err != nil {
				return err
			}
			rt.Spawn(func() { r.welcome(conn) })
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}
