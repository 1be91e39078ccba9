package eddytls

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// transport is the connection that the tls.Conn sees. Its Read is the only place where a tls.Conn waits, and its Write
// never does.
type transport struct{ c *Conn }

// Read sends what the tls.Conn has written, because the peer may wait for it, and reads from the stream.
//
// During a handshake the mutexes that the tls.Conn holds are nobody else's business, so sending may wait. Later a Write
// must get on while the Read waits, and the other way round: then a task of its own sends.
func (t transport) Read(p []byte) (int, error) {
	c := t.c
	if c.noWait {
		return 0, errWouldWait
	}
	if c.state.Load() == handshakeRuns {
		if err := c.out.flush(); err != nil {
			return 0, err
		}
	} else {
		c.out.flushSoon()
	}
	n, err := c.stream.Read(p)
	if err != nil && interrupted(err) {
		return n, &pause{err}
	}
	return n, err
}

// Write keeps p to be sent.
func (t transport) Write(p []byte) (int, error) {
	t.c.out.add(p)
	return len(p), nil
}

// Close is called by a tls.Conn when the context of a handshake ends, on a goroutine of its own.
func (t transport) Close() error { return t.c.stream.Close() }

func (t transport) LocalAddr() net.Addr  { return t.c.stream.LocalAddr() }
func (t transport) RemoteAddr() net.Addr { return t.c.stream.RemoteAddr() }

func (t transport) SetDeadline(d time.Time) error     { return t.c.stream.SetDeadline(d) }
func (t transport) SetReadDeadline(d time.Time) error { return t.c.stream.SetReadDeadline(d) }

// SetWriteDeadline is for functions of a Config, which see this connection. What a tls.Conn sets so that its close_notify
// does not wait is ignored: nothing waits here, and the deadline would outlast it.
func (t transport) SetWriteDeadline(d time.Time) error {
	if t.c.notifying.Load() {
		return nil
	}
	return t.c.stream.SetWriteDeadline(d)
}

// pause is the error of a read that was interrupted and has consumed nothing. A tls.Conn gives up reading after any
// error that is not temporary; after this one another task, or the same at a later time, reads on.
type pause struct{ err error }

func (e *pause) Error() string   { return e.err.Error() }
func (e *pause) Unwrap() error   { return e.err }
func (e *pause) Timeout() bool   { return errors.Is(e.err, os.ErrDeadlineExceeded) }
func (e *pause) Temporary() bool { return true }

// errWouldWait is the pause of a read that must not wait.
var errWouldWait = &pause{errors.New("eddytls: a read would wait")}

// interrupted reports whether err ended a wait, and says nothing about the stream.
func interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, os.ErrDeadlineExceeded)
}
