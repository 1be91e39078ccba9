package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/eddy-go/eddy"
)

// serveOnEddy is the main of eddy: a task for each connection, all on one thread. When it returns, the tasks that are
// left are cancelled: their reads fail, and the handlers close their connections.
func serveOnEddy(ctx context.Context, address string, config *tls.Config) error {
	return eddy.BlockOn(func(rt *eddy.Runtime) error {
		listener, err := rt.ListenTCP(address)
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
			rt.Spawn(func() { handle(conn, config) })
		}
	})
}
