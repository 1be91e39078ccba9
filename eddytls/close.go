package eddytls

import (
	"net"
	"time"

	"github.com/eddy-go/eddy"
)

// closeLimit is how long a close_notify may wait for room. Picked: as long as a closed stream lingers.
const closeLimit = time.Second

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// Close ends the connection and never waits: reads and writes that wait return an error that wraps net.ErrClosed, and in
// the background a close_notify goes out, which may take a second, before the stream is closed. There is none if a Write
// is under way, for the peer would take a part of it for all, and none if the runtime is shutting down already: a task that
// is cancelled then and wants to send one calls Runtime.Shield(c.CloseWrite) before. A second Close returns net.ErrClosed.
// From any goroutine.
func (c *Conn) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return net.ErrClosed
	}
	if c.state.Load() != handshakeDone {
		return c.stream.Close()
	}
	_ = c.stream.SetReadDeadline(longAgo) // wakes a Read that waits; it looks at closed
	h := c.rt.Handle()
	defer h.Release()
	if h.Spawn(c.farewell) != nil {
		return c.stream.Close()
	}
	return nil
}

// farewell is the part of a Close that needs the loop. Behind a Write that the Close has ended, or is about to end, it says
// nothing: the peer would take a part for all.
func (c *Conn) farewell() {
	defer c.stream.Close()
	if !c.writing.TryLock() {
		return
	}
	defer c.writing.Unlock()
	if c.cut {
		return
	}
	_ = c.stream.SetWriteDeadline(c.rt.Now().Add(closeLimit))
	if c.closeNotify() == nil {
		_ = c.rt.Shield(c.out.flush) // the runtime may be ending, which cancels this task too
	}
}

// SetDeadline sets the time after which reads and writes fail with os.ErrDeadlineExceeded, also those that wait already.
// The zero time is none. Runtime.Now is the clock to add to. What a deadline has interrupted: see Read, Write and
// Handshake. From any goroutine.
func (c *Conn) SetDeadline(t time.Time) error { return c.set(t, (*eddy.TCPStream).SetDeadline) }

// SetReadDeadline is SetDeadline for reads alone. A handshake reads and writes. From any goroutine.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.set(t, (*eddy.TCPStream).SetReadDeadline) }

// SetWriteDeadline is SetDeadline for writes alone. From any goroutine.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.set(t, (*eddy.TCPStream).SetWriteDeadline)
}

func (c *Conn) set(t time.Time, on func(*eddy.TCPStream, time.Time) error) error {
	if c.closed.Load() {
		return c.opError("set", net.ErrClosed)
	}
	return on(c.stream, t)
}

// opError wraps an error as package net does. It names no addresses: other goroutines may not ask for them.
func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tls", Err: err}
}
