// Program tls-echo runs one handler in two ways: on package net with a goroutine for each connection, and on eddy with a
// task for each. The handler (handler.go) is plain Go: it takes a net.Conn and uses crypto/tls, bufio and deadlines. The
// two mains, on_net.go and on_eddy.go, differ in the listener and in the word that starts a handler.
//
//	$ go run ./examples/tls-echo --on eddy --listen 127.0.0.1:8443
//	$ openssl s_client -quiet -connect 127.0.0.1:8443
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8443", "`ADDRESS` to listen on, an IP address and a port")
	on := flag.String("on", "eddy", "what the handlers run on: net or eddy")
	flag.Parse()

	serve, known := map[string]func(context.Context, string, *tls.Config) error{"net": serveOnNet, "eddy": serveOnEddy}[*on]
	if !known {
		log.Fatalf("--on %q is neither net nor eddy", *on)
	}
	config, err := selfSigned()
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *listen, config); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}
