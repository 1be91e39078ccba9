package eddytls

import (
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// Conn is a TLS connection. It is a net.Conn whose methods are for tasks of its runtime: they park the task instead of
// blocking the thread. Close and the setting of deadlines are for any goroutine, and so are the methods that tell of the
// connection's state.
//
// Any number of tasks may use one Conn: reads queue, writes queue, each whole, and reads and writes do not wait for each
// other. The handshake is done by the first task that needs it, while the others wait for its end.
type Conn struct {
	rt     *eddy.Runtime
	stream *eddy.TCPStream
	tls    *tls.Conn // over transport{c}
	out    output

	gate         esync.Mutex  // held by who does the handshake
	state        atomic.Int32 // of the handshake; changed on the loop, with gate held
	handshakeErr error        // why it has failed, or is refused

	reading esync.Mutex // held by who is in tls.Read
	noWait  bool        // a Read must not wait: see WriteTo
	first   [1]byte     // of WriteTo: where a Read puts the byte for which it waits

	writing   esync.Mutex // held throughout a Write or CloseWrite
	cut       bool        // a Write has been ended by a Close
	notifying atomic.Bool // the tls.Conn makes its close_notify
	closed    atomic.Bool // Close was called
}

var _ net.Conn = (*Conn)(nil)

// The states of a handshake.
const (
	handshakeFresh int32 = iota
	handshakeRuns
	handshakeDone
	handshakeFailed
)

var errRenegotiation = errors.New("eddytls: Config.Renegotiation must be tls.RenegotiateNever: a renegotiation is a handshake inside a Read")

// Server returns the server's side of a connection over stream, which it owns from now on. As with tls.Server the
// config must have a certificate, or a function that gets one. The handshake begins when a task first needs it. From a
// task.
func Server(rt *eddy.Runtime, stream *eddy.TCPStream, config *tls.Config) *Conn {
	c := newConn(rt, stream)
	c.tls = tls.Server(transport{c}, orEmpty(config))
	return c
}

// Client returns the client's side of a connection over stream, which it owns from now on. As with tls.Client the
// config must have a ServerName or InsecureSkipVerify. A config with Renegotiation makes the handshake fail. From a task.
func Client(rt *eddy.Runtime, stream *eddy.TCPStream, config *tls.Config) *Conn {
	c := newConn(rt, stream)
	config = orEmpty(config)
	c.tls = tls.Client(transport{c}, config)
	if config.Renegotiation != tls.RenegotiateNever {
		c.fail(errRenegotiation)
	}
	return c
}

func newConn(rt *eddy.Runtime, stream *eddy.TCPStream) *Conn {
	c := &Conn{rt: rt, stream: stream}
	c.out.c = c
	return c
}

// orEmpty returns a config in place of none: a tls.Conn without one cannot be asked for its state.
func orEmpty(config *tls.Config) *tls.Config {
	if config == nil {
		return &tls.Config{}
	}
	return config
}

// NetConn returns the stream below, for its options and its idle timeout. Bytes read from it or written to it are lost
// to the connection.
func (c *Conn) NetConn() *eddy.TCPStream { return c.stream }

// LocalAddr returns this end's address. From a task.
func (c *Conn) LocalAddr() net.Addr { return c.stream.LocalAddr() }

// RemoteAddr returns the peer's address. From a task.
func (c *Conn) RemoteAddr() net.Addr { return c.stream.RemoteAddr() }

// ConnectionState returns what the handshake has agreed on. Before its end it is the zero value: this method never waits.
// From any goroutine.
func (c *Conn) ConnectionState() tls.ConnectionState {
	switch c.state.Load() {
	case handshakeFresh, handshakeRuns: // a fresh one may begin at any moment, and would hold the mutex
		return tls.ConnectionState{}
	}
	return c.tls.ConnectionState()
}

// OCSPResponse returns the response that the server has stapled to its certificate, if any, as soon as the handshake is
// done. From any goroutine.
func (c *Conn) OCSPResponse() []byte {
	if c.state.Load() != handshakeDone {
		return nil
	}
	return c.tls.OCSPResponse()
}

// VerifyHostname checks that the server's certificates are good for host, as soon as the handshake is done. From any
// goroutine.
func (c *Conn) VerifyHostname(host string) error {
	if c.state.Load() != handshakeDone {
		return errors.New("eddytls: the handshake is not done")
	}
	return c.tls.VerifyHostname(host)
}
