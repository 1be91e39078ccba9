package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// serveOnNet is the main of package net: a goroutine for each connection.
func serveOnNet(ctx context.Context, address string, config *tls.Config) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	fmt.Println("listening on", listener.Addr())
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go handle(conn, config)
	}
}
