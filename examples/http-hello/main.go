// Program http-hello is an HTTP server: fasthttp, unchanged, serves each connection in a task. Handlers run one at a
// time on one thread, so they share memory without locks: the number of requests is a plain variable.
//
//	$ cd examples/http-hello && go run . --listen 127.0.0.1:8080
//	$ curl http://127.0.0.1:8080/
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
	"time"

	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "`ADDRESS` to listen on, an IP address and a port")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	requests, open := 0, &connections{busy: map[net.Conn]bool{}}
	server := &fasthttp.Server{
		Name:         "eddy",
		ReadTimeout:  10 * time.Second, // of a request, and for the next one to begin
		WriteTimeout: 10 * time.Second, // of a response
		ConnState:    open.note,
		Handler: func(request *fasthttp.RequestCtx) {
			requests++
			hello(request, requests)
			if open.draining {
				request.SetConnectionClose()
			}
		},
	}
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(*listen)
		if err != nil {
			return err
		}
		defer context.AfterFunc(ctx, func() { listener.Close() })()
		fmt.Println("listening on", listener.Addr())
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return open.drain(rt)
			}
			if err != nil {
				return err
			}
			open.serve(rt, server, conn)
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped after", requests, "requests")
}

// hello answers GET with a greeting, and POST with the body of the request.
func hello(request *fasthttp.RequestCtx, number int) {
	switch {
	case request.IsGet() || request.IsHead():
		fmt.Fprintf(request, "hello, this is request %d\n", number)
	case request.IsPost():
		request.SetContentTypeBytes(request.Request.Header.ContentType())
		request.Write(request.PostBody())
	default:
		request.Error("method not allowed", fasthttp.StatusMethodNotAllowed)
		request.Response.Header.Set("Allow", "GET, HEAD, POST")
	}
}
