package main

import (
	"fmt"
	"net"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// drainLimit is how long requests that are under way have at the end.
const drainLimit = 5 * time.Second

// connections are those that are open. They belong to the tasks of one runtime.
type connections struct {
	busy     map[net.Conn]bool // whether a request is under way
	left     esync.WaitGroup
	draining bool // the next response on each is the last one
}

// serve starts the task of a connection.
func (c *connections) serve(rt *eddy.Runtime, server *fasthttp.Server, conn net.Conn) {
	c.busy[conn] = false
	c.left.Add(1)
	rt.Spawn(func() {
		defer func() { // also when the handler panics
			conn.Close()
			delete(c.busy, conn)
			c.left.Done()
		}()
		server.ServeConn(conn)
	})
}

// note is told by fasthttp when a request begins, and when it has been answered.
func (c *connections) note(conn net.Conn, state fasthttp.ConnState) {
	c.busy[conn] = state == fasthttp.StateActive
}

// drain closes the connections, those on which a request is under way when it has been answered.
func (c *connections) drain(rt *eddy.Runtime) error {
	c.draining = true
	for conn, busy := range c.busy {
		if !busy {
			conn.Close()
		}
	}
	if err := rt.WithTimeout(drainLimit, func() error { return c.left.Wait(rt) }); err != nil {
		return fmt.Errorf("requests were cut off: %w", err)
	}
	return nil
}
