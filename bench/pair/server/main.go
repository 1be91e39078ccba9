// Program server is each server of bench/against-net, on eddy and on package net:
//
//	server http eddy|net ADDRESS
//	server tls eddytls|eddy|net ADDRESS
//
// It runs until a signal ends it.
package main

import (
	"errors"
	"fmt"
	"os"
)

var servers = map[string]func(address string) error{
	"http eddy":   httpOnEddy,
	"http net":    httpOnNet,
	"tls eddytls": eddyTLS,
	"tls eddy":    tlsOnEddy,
	"tls net":     tlsOnNet,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 3 {
		if serve, known := servers[args[0]+" "+args[1]]; known {
			return serve(args[2])
		}
	}
	return errors.New("usage: server http eddy|net ADDRESS, or server tls eddytls|eddy|net ADDRESS")
}
