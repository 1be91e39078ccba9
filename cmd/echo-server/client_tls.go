package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy/eddytls"
)

// The limits of handshakes where the idle timeout sets none: with --idle-timeout 0, and after the signal to stop.
// Picked: the first is the default of the flag; the second is a few round trips, for all who connected before the
// signal together: those who wait for a place must not each add theirs to the stop.
const (
	handshakeLimit     = 10 * time.Second
	lastHandshakeLimit = time.Second
)

// secured is TLS over a client's stream.
type secured struct {
	*eddytls.Conn
	shaking bool          // in the handshake
	limit   time.Duration // of the handshake
}

func (c *client) shaking() bool { return c.secure != nil && c.secure.shaking }

// handshake has the client speak TLS from now on, if the server does. It may take as long as a client may be silent,
// however often it says a little: so nobody holds a place without an end.
func (c *client) handshake() error {
	s := c.server
	if s.tls == nil {
		return nil
	}
	c.secure = &secured{Conn: eddytls.Server(s.rt, c.stream, s.tls), shaking: true}
	c.limitHandshake()
	if err := c.secure.Handshake(); err != nil {
		s.totals.handshakesFailed++
		return fmt.Errorf("TLS handshake: %w", err)
	}
	s.totals.handshakes++
	c.stream.SetDeadline(time.Time{})
	c.secure.shaking = false
	return nil
}

// limitHandshake sets the deadline of a handshake that begins, or that the stop has overtaken.
func (c *client) limitHandshake() {
	s, limit := c.server, handshakeLimit
	if s.options.idleTimeout > 0 {
		limit = s.options.idleTimeout
	}
	deadline := s.rt.Now().Add(limit)
	if s.stopping && s.lastHandshakes.Before(deadline) {
		limit, deadline = lastHandshakeLimit, s.lastHandshakes
	}
	c.secure.limit = limit
	c.stream.SetDeadline(deadline)
}

// moment is how long a read for what has arrived already may take, so that the loop has asked the kernel in between.
// Picked; one that is too short only costs another round.
const moment = 10 * time.Millisecond

// echoRestTLS is echoRest where bytes come in records. The kernel knows of the records' bytes only, and those of a client
// are fewer: so all that has arrived is echoed when as many are as the kernel has now, or when it has none left. Then
// what is missing is the rest of a record. A read that fails before its time, or a write, has met the idle timeout, which
// ends all that follow, too.
func (c *client) echoRestTLS() error {
	for left := waitingBytes(c.stream); left > 0 && waitingBytes(c.stream) > 0; {
		until := c.server.rt.Now().Add(moment)
		c.stream.SetReadDeadline(until)
		n, err := c.secure.WriteTo(c)
		if !errors.Is(err, os.ErrDeadlineExceeded) || c.server.rt.Now().Before(until) {
			return err
		}
		left -= n
	}
	return nil
}
