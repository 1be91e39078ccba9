package eddytls

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
)

// Handshake does the handshake, or waits for the task that does it; afterwards it returns its result at once. The first
// Read or Write calls it. A handshake that was interrupted, by a deadline or the end of its task, has failed for good. From
// a task.
func (c *Conn) Handshake() error {
	if c.state.Load() == handshakeDone {
		return nil
	}
	return c.HandshakeContext(context.Background())
}

// HandshakeContext is Handshake with a limit: if ctx ends first, the connection is closed and the error is ctx's, also if
// the handshake is another task's. ctx may be cancelled from any goroutine. From a task.
func (c *Conn) HandshakeContext(ctx context.Context) error {
	if c.state.Load() == handshakeDone {
		return nil
	}
	if err := c.passGate(ctx); err != nil {
		return err
	}
	defer c.gate.Unlock()
	switch c.state.Load() {
	case handshakeDone:
		return nil
	case handshakeFailed:
		_ = c.rt.Spend() // F37: who asks again and again burns turns, not the loop
		return c.handshakeErr
	}
	return c.shake(ctx)
}

// passGate waits while another task does the handshake.
func (c *Conn) passGate(ctx context.Context) (err error) {
	if c.gate.TryLock() {
		return nil
	}
	passed := false
	err = c.within(ctx, func() error {
		if err := c.gate.Lock(c.rt); err != nil {
			return c.opError("handshake", err)
		}
		passed = true
		return nil
	})
	if err != nil && passed {
		c.gate.Unlock()
	}
	return err
}

// within closes the connection if ctx ends before wait does, as crypto/tls does, also for the task that does the
// handshake. Then the error is ctx's.
func (c *Conn) within(ctx context.Context, wait func() error) (err error) {
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { _ = c.stream.Close() })
		defer func() {
			if !stop() {
				err = ctx.Err()
			}
		}()
	}
	return wait()
}

// shake is the handshake. Until it returns nobody else may ask the tls.Conn for anything, for that would mean its mutex.
func (c *Conn) shake(ctx context.Context) (err error) {
	c.state.Store(handshakeRuns)
	c.handshakeErr = errInterrupted // of a handshake that ends by a panic or a Goexit
	defer func() {
		if c.state.Load() == handshakeRuns {
			c.state.Store(handshakeFailed)
		}
	}()
	err = c.tls.HandshakeContext(ctx)
	if flushErr := c.within(ctx, c.out.flush); err == nil { // the last flight; of a handshake that has failed, the alert that says why
		err = flushErr
	}
	if err != nil {
		err = c.readable(err)
		c.fail(err)
		return err
	}
	c.handshakeErr = nil
	c.state.Store(handshakeDone)
	return nil
}

// fail ends all use of the connection: err is what handshakes, reads and writes return from now on.
func (c *Conn) fail(err error) {
	if interrupted(err) {
		err = &brokenError{"the handshake was interrupted", err}
	}
	c.handshakeErr = err
	c.state.Store(handshakeFailed)
}

// readable mends what a tls.Conn says about its connection, which is not one that a program can use.
func (c *Conn) readable(err error) error {
	if header, ok := errors.AsType[tls.RecordHeaderError](err); ok && header.Conn != nil {
		header.Conn = c.stream
		return header
	}
	if pause, ok := errors.AsType[*pause](err); ok {
		return pause.err
	}
	return err
}

// errInterrupted is the result of a handshake that was left in the middle.
var errInterrupted = errors.New("eddytls: the handshake has ended by a panic or a Goexit")

// brokenError is what an interrupted operation leaves behind: it is permanent, whatever the interruption itself was.
type brokenError struct {
	what string
	err  error
}

func (e *brokenError) Error() string { return "eddytls: " + e.what + ": " + e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

// Timeout reports whether it was a deadline.
func (e *brokenError) Timeout() bool { return errors.Is(e.err, os.ErrDeadlineExceeded) }

// Temporary is part of net.Error. It is false, and tells users that trying again is no use.
func (e *brokenError) Temporary() bool { return false }

var _ net.Error = (*brokenError)(nil)
