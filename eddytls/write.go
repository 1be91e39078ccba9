package eddytls

import (
	"errors"
	"net"
)

var errEarlyCloseWrite = errors.New("eddytls: CloseWrite before the handshake is done")

// Write encrypts and sends all of p, and waits while there is no room. It does the handshake first, if nobody has. If it
// fails it returns how much went out in whole pieces. One that was interrupted by a deadline or the end of its task while
// it sent may have cut a record: all writes after it fail, reads go on. It has begun to send when it is encrypted, although
// there be no room yet. One that was interrupted before, while it queued, breaks nothing. Several writes queue, and each
// goes out whole. From a task.
func (c *Conn) Write(p []byte) (written int, err error) {
	if err := c.beginWrite(); err != nil {
		return 0, err
	}
	defer c.endWrite()
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
		if err := c.out.send(); err != nil {
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
		_ = c.rt.Spend()
		return errEarlyCloseWrite
	}
	if err := c.beginWrite(); err != nil {
		return err
	}
	defer c.endWrite()
	if err := c.writable(); err != nil {
		return err
	}
	if err := c.closeNotify(); err != nil {
		return err
	}
	return c.out.send()
}

// closeNotify has the tls.Conn make its close_notify.
func (c *Conn) closeNotify() error {
	c.notifying.Store(true)
	defer c.notifying.Store(false)
	return c.tls.CloseWrite()
}

// beginWrite waits for the handshake, and for whoever sends. It costs budget, whatever comes of the Write (F37).
func (c *Conn) beginWrite() error {
	if err := c.rt.Spend(); err != nil {
		return c.opError("write", err)
	}
	if c.closed.Load() {
		return net.ErrClosed
	}
	if err := c.Handshake(); err != nil {
		return err
	}
	if err := c.writing.Lock(c.rt); err != nil {
		return c.opError("write", err)
	}
	if err := c.out.sending.Lock(c.rt); err != nil {
		c.writing.Unlock()
		return c.opError("write", err)
	}
	return nil
}

// endWrite lets the others go on, among them what has to be answered: no Write waits for the answers behind its data.
func (c *Conn) endWrite() {
	c.out.sending.Unlock()
	c.writing.Unlock()
	c.out.flushSoon()
}

// writable sends the answers that are there, and returns the error with which a write fails before anything is encrypted.
// What is encrypted must go out, or the connection is broken: so a write of no bytes finds out about deadlines and
// cancelled tasks first.
func (c *Conn) writable() error {
	c.out.answer()
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
