// Package contract is what every peer in Go does alike: it listens on the port of its command line, counts, and at SIGTERM
// or SIGINT ends with one line of JSON on standard error. At SIGUSR1 it gives unused memory back.
//
// How a peer serves is its own; nothing here is called for an echo but two atomic additions.
package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"syscall"
)

// Count is what a peer counts, on any goroutine.
type Count struct {
	Bytes   atomic.Int64 // echoed
	Accepts atomic.Int64 // connections
}

// Main runs a peer called name, which serves listener until the process ends: serve returns only with an error. Package
// os has raised the limit of open files to the hard one already, and package net takes the system's maximum as backlog,
// allows the address to be used again and sets TCP_NODELAY on what it accepts.
func Main(name string, serve func(listener net.Listener, count *Count) error) {
	MainOn(name, func(address string, listening func(net.Addr), count *Count) error {
		// No other peer asks for keep-alive probes, which are three more calls for each connection.
		config := net.ListenConfig{KeepAlive: -1}
		listener, err := config.Listen(context.Background(), "tcp4", address)
		if err != nil {
			return err
		}
		listening(listener.Addr())
		return serve(listener, count)
	})
}

// A Server listens on address, says so, and serves until the process ends: it returns only with an error.
type Server func(address string, listening func(net.Addr), count *Count) error

// MainOn is Main for a peer that does not listen through package net.
func MainOn(name string, serve Server) {
	if err := run(os.Args[1:], serve); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func run(args []string, serve Server) error {
	if len(args) != 1 {
		return errors.New("the port is needed, and nothing else; 0 is any free one")
	}
	port, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil {
		return err
	}
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)

	gives := make(chan os.Signal, 1)
	signal.Notify(gives, syscall.SIGUSR1)
	go func() {
		for range gives {
			debug.FreeOSMemory()
			fmt.Fprintln(os.Stderr, "memory given back")
		}
	}()

	listening := func(addr net.Addr) { fmt.Fprintln(os.Stderr, "listening", addr) }
	count := &Count{}
	failed := make(chan error, 1)
	go func() { failed <- serve(fmt.Sprintf("127.0.0.1:%d", port), listening, count) }()
	select {
	case err := <-failed:
		return err
	case <-ends:
	}
	return json.NewEncoder(os.Stderr).Encode(map[string]int64{
		"bytes": count.Bytes.Load(), "accepts": count.Accepts.Load(),
	})
}
