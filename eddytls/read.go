package eddytls

import (
	"errors"
	"io"
	"net"
	"slices"
)

// Read reads what has been decrypted, and waits for a record while there is nothing. It does the handshake first, if
// nobody has. After the peer's close_notify it returns io.EOF, and io.ErrUnexpectedEOF where the stream ends inside a
// record. A stream that ends between two records is io.EOF, as in crypto/tls: who must know that nothing was cut off, by
// whomever, needs a protocol that says so. A Read that was interrupted, by a deadline or the end of its task, has consumed
// nothing: the next one goes on. From a task.
func (c *Conn) Read(p []byte) (int, error) {
	if err := c.beginRead(); err != nil {
		return 0, err
	}
	defer c.reading.Unlock()
	return c.read(p)
}

// beginRead waits for the handshake, and for the reads of other tasks. It costs budget, whatever comes of the Read (F37).
func (c *Conn) beginRead() error {
	if err := c.rt.Spend(); err != nil {
		return c.opError("read", err)
	}
	if err := c.Handshake(); err != nil {
		return err
	}
	if err := c.reading.Lock(c.rt); err != nil {
		return c.opError("read", err)
	}
	return nil
}

// read is one Read of the tls.Conn, by the task that holds reading. What it has to answer is sent by another task.
func (c *Conn) read(p []byte) (int, error) {
	if c.closed.Load() {
		return 0, c.opError("read", net.ErrClosed)
	}
	n, err := c.tls.Read(p)
	c.out.flushSoon()
	if err == nil || err == io.EOF {
		return n, err
	}
	if c.closed.Load() {
		return n, c.opError("read", net.ErrClosed)
	}
	if _, paused := errors.AsType[*pause](err); paused && n > 0 {
		return n, nil // behind data, a tls.Conn reads a bit of what looks like an alert
	}
	return n, c.readable(err)
}

// WriteTo copies from the connection to w until the peer's close_notify, and returns how many bytes w took. It
// implements io.WriterTo, so io.Copy(w, conn) uses it. It holds a buffer only while there is data, none while it waits
// for the peer. While w waits, the connection is free for the Read of another task. From a task.
func (c *Conn) WriteTo(w io.Writer) (total int64, err error) {
	for {
		n, err := c.passOn(w)
		total += int64(n)
		switch {
		case err == io.EOF:
			return total, nil
		case err != nil:
			return total, err
		}
	}
}

// passOn reads once, and writes that to w.
func (c *Conn) passOn(w io.Writer) (written int, err error) {
	buf, err := c.take()
	if buf == nil {
		return 0, err
	}
	defer giveBack(buf)
	written, writeErr := w.Write(*buf)
	switch {
	case writeErr != nil:
		return written, writeErr
	case written < len(*buf):
		return written, io.ErrShortWrite
	}
	return written, err
}

// take waits for a byte, and then takes a buffer for the rest of what is there.
func (c *Conn) take() (buf *[]byte, err error) {
	if err := c.beginRead(); err != nil {
		return nil, err
	}
	defer c.reading.Unlock()
	n, err := c.read(c.first[:])
	if n == 0 {
		return nil, err
	}
	buf = buffers.Get().(*[]byte)
	*buf = append(*buf, c.first[0])
	if err != nil {
		return buf, err
	}
	*buf = slices.Grow(*buf, pieceSize)
	c.noWait = true
	n, err = c.read((*buf)[1:cap(*buf)])
	c.noWait = false
	*buf = (*buf)[:1+n]
	if err == errWouldWait.err {
		err = nil
	}
	return buf, err
}
