//go:build unix

// Program echo-future is the echo server for those who need the last byte: one hand-written future (server.go) serves all
// connections, and none has a task, a coroutine or a buffer. The one loop that accepts is straight-line code.
//
//	$ go run ./examples/echo-future 8080
//
// SIGUSR1 gives unused memory back. SIGINT and SIGTERM end it, with a line of JSON on standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/eddy-go/eddy"
)

func main() {
	port := append(os.Args[1:], "8080")[0]
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	requests := make(chan os.Signal, 1)
	signal.Notify(requests, syscall.SIGUSR1)
	go func() { // a collection would stop the loop
		for range requests {
			debug.FreeOSMemory()
			fmt.Fprintln(os.Stderr, "memory given back")
		}
	}()
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP("127.0.0.1:" + port)
		if err != nil {
			return err
		}
		defer context.AfterFunc(ctx, func() { listener.Close() })()
		fmt.Println("listening on", listener.Addr())
		s := newServer()
		err = s.serve(rt, listener)
		calls := rt.Stats().Kernel
		fmt.Fprintf(os.Stderr, `{"bytes":%d,"accepts":%d,"waits":%d,"recvs":%d,"sends":%d}`+"\n",
			s.bytes, s.accepts, calls.Waits, calls.Receives, calls.Sends)
		return err
	})
	if err != nil && !errors.Is(err, net.ErrClosed) {
		log.Fatal(err)
	}
}
