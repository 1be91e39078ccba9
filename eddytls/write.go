package eddytls

import (
	"errors"
	"net"
)

var errEarlyCloseWrite = errors.New("eddytls: CloseWrite before the handshake is done")

// Write encrypts and sends all of p, and waits while there is no room. It does the handshake first, if nobody has. If it
// fails it returns how much went out in whole pieces. One that was interrupted in the middle, by a deadline or the end of
// its task, may have cut a record: all writes after it fail, reads go on. One that is interrupted before it sends anything
// breaks nothing. Several writes queue, and each goes out whole. From a task.
func (c *Conn) Write(p []byte) (written int, err error) {
	if err := c.beginWrite(); err != nil {
		return 0, err
	}
	defer c.writing.Unlock()
	for {
		piece := p[written:min(len(p), written+pieceSize)]
		if err := c.writable(); err != nil {
			return written, err
		}
		c.out.inWrite = true
		_, err := c.tls.Write(piece)
		c.out.inWrite = false
		if err != nil {
			return written, err
		}
		if err := c.out.flush(); err != nil {
			return written, err
		}
		written += len(piece)
		if written == len(p) {
			return written, nil
		}
	}
}

// CloseWrite ends the write direction: it sends a close_notify, after which the peer reads io.EOF. The stream stays open
// in both directions. As with a tls.Conn, it is an error before the handshake is done. From a task.
func (c *Conn) CloseWrite() error {
	if state := c.state.Load(); state == handshakeFresh || state == handshakeRuns {
		return errEarlyCloseWrite
	}
	if err := c.beginWrite(); err != nil {
		return err
	}
	defer c.writing.Unlock()
	if err := c.writable(); err != nil {
		return err
	}
	if err := c.tls.CloseWrite(); err != nil {
		return err
	}
	return c.out.flush()
}

// beginWrite waits for the handshake, and for the writes of other tasks.
func (c *Conn) beginWrite() error {
	if c.closed.Load() {
		return net.ErrClosed
	}
	if err := c.Handshake(); err != nil {
		return err
	}
	if err := c.writing.Lock(c.rt); err != nil {
		return c.opError("write", err)
	}
	return nil
}

// writable returns the error with which a write fails before anything is encrypted. What is encrypted must go out, or
// the connection is broken: so a write of no bytes finds out about deadlines and cancelled tasks first.
func (c *Conn) writable() error {
	if c.closed.Load() {
		c.cut = true
		return net.ErrClosed
	}
	if c.out.finished != nil {
		return c.out.finished
	}
	_, err := c.stream.Write(nil)
	return err
}
