package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy/eddytls"
)

// The limits of handshakes where the idle timeout sets none: with --idle-timeout 0, and after the signal to stop.
// Picked: the first is the default of the flag; the second is a few round trips, for those who connected before the
// signal.
const (
	handshakeLimit     = 10 * time.Second
	lastHandshakeLimit = time.Second
)

// handshake has the client speak TLS from now on, if the server does. It may take as long as a client may be silent,
// however often it says a little: so nobody holds a place without an end.
func (c *client) handshake() error {
	s := c.server
	if s.tls == nil {
		return nil
	}
	conn := eddytls.Server(s.rt, c.stream, s.tls)
	c.conn, c.shaking = conn, true
	limit := handshakeLimit
	if s.options.idleTimeout > 0 {
		limit = s.options.idleTimeout
	}
	if s.stopping {
		limit = min(limit, lastHandshakeLimit)
	}
	c.stream.SetDeadline(s.rt.Now().Add(limit))
	if err := conn.Handshake(); err != nil {
		s.totals.handshakesFailed++
		return fmt.Errorf("TLS handshake: %w", err)
	}
	s.totals.handshakes++
	c.stream.SetDeadline(time.Time{})
	c.shaking = false
	return nil
}

// moment is how long a read for what has arrived already may take, so that the loop has asked the kernel in between.
// Picked; one that is too short only costs another round.
const moment = 10 * time.Millisecond

// echoRestTLS is echoRest where bytes come in records. The kernel knows of the records' bytes only, and those of a client
// are fewer: so all that has arrived is echoed when as many are as the kernel has now, or when it has none left. Then
// what is missing is the rest of a record.
func (c *client) echoRestTLS() error {
	for left := waitingBytes(c.stream); left > 0 && waitingBytes(c.stream) > 0; {
		c.stream.SetReadDeadline(c.server.rt.Now().Add(moment))
		n, err := c.conn.WriteTo(c)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		left -= n
	}
	return nil
}
