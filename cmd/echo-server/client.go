package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/eddy-go/eddy"
)

// client is one connection. Its fields belong to its task, except index, which is the server's. Thousands of them are
// idle, so it holds what every one needs and no more.
type client struct {
	server *server
	stream *eddy.TCPStream
	secure *secured // TLS over the stream, if the server speaks it
	index  int      // in server.clients
}

// conn returns what the client speaks through.
func (c *client) conn() net.Conn {
	if c.secure != nil {
		return c.secure
	}
	return c.stream
}

// serve is the client's task.
func (c *client) serve() {
	defer c.leave() // also when the handler panics
	if timeout := c.server.options.idleTimeout; timeout > 0 {
		c.stream.SetIdleTimeout(timeout)
	}
	c.debug("client connected", nil)
	err := c.handshake()
	if err == nil {
		err = c.server.handle(c)
	}
	c.logEnd(err)
}

// echo sends back what comes, until the client ends its direction or the server stops. Between bytes the client costs
// a parked task and no buffer; an echo allocates nothing.
func (c *client) echo() error {
	if c.server.stopping {
		c.interrupt()
	}
	err := c.copyBack()
	if c.server.stopping && errors.Is(err, os.ErrDeadlineExceeded) {
		return c.echoRest()
	}
	return err
}

// copyBack echoes until the end. Where no TLS is in between, the loop itself moves the bytes.
func (c *client) copyBack() error {
	if c.secure != nil {
		_, err := c.secure.WriteTo(c)
		return err
	}
	_, err := c.stream.WriteTo(c.stream)
	return err
}

// Write sends p back over TLS, and counts. WriteTo calls it with what it has read.
func (c *client) Write(p []byte) (int, error) {
	t := &c.server.totals
	t.bytesIn += uint64(len(p))
	n, err := c.secure.Write(p)
	t.bytesOut += uint64(n)
	return n, err
}

// interrupt ends the wait for bytes. A write that is blocked goes on: its bytes came before the stop. The expired
// deadline hides bytes that are there already, and echoRest fetches them. A handshake may still end, but soon.
func (c *client) interrupt() {
	if c.shaking() {
		c.limitHandshake()
		return
	}
	c.stream.SetReadDeadline(c.server.rt.Now().Add(-time.Second))
}

// echoRest echoes what has reached our socket by now, and no more: a client that goes on sending does not keep the
// server from stopping.
func (c *client) echoRest() error {
	if c.server.tls != nil {
		return c.echoRestTLS()
	}
	c.stream.SetReadDeadline(time.Time{}) // it was interrupt's
	_, err := io.CopyN(c.stream, c.stream, waitingBytes(c.stream))
	return err
}

// leave ends the connection: the client reads the end after what was echoed.
func (c *client) leave() {
	if c.server.tls != nil {
		c.stream.SetIdleTimeout(0) // it may have expired, and there is a last record to send
	}
	c.conn().Close()
	c.server.forget(c)
}

// logEnd counts and logs why a client has left: a line for those who were dropped, debug lines for all others.
func (c *client) logEnd(err error) {
	t := &c.server.totals
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		t.timeouts++
		if c.shaking() {
			c.server.log.Info("handshake timed out", "client", c.name(), "limit", c.secure.limit)
			return
		}
		c.server.log.Info("client timed out", "client", c.name(), "idle", c.server.options.idleTimeout)
	case err == nil || err == io.EOF:
		t.left++
		c.debug("client left", nil)
	default:
		t.failed++
		c.debug("client failed", err)
	}
}

// debug logs a line that is not even built at the usual level.
func (c *client) debug(what string, err error) {
	log := c.server.log
	switch {
	case !log.Enabled(context.Background(), slog.LevelDebug):
	case err != nil:
		log.Debug(what, "client", c.name(), "error", err)
	default:
		log.Debug(what, "client", c.name())
	}
}

// name names the client in the log. Clients of a Unix socket have no address of their own.
func (c *client) name() string {
	if remote := c.stream.RemoteAddr(); remote != nil && remote.String() != "" {
		return nameOf(remote)
	}
	return "a client of " + nameOf(c.stream.LocalAddr())
}
