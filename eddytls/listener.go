package eddytls

import (
	"crypto/tls"
	"net"

	"github.com/eddy-go/eddy"
)

// Listener accepts TLS connections. It is a net.Listener whose Accept parks the task. Any number of tasks may accept.
type Listener struct {
	rt     *eddy.Runtime
	l      *eddy.TCPListener
	config *tls.Config
}

var _ net.Listener = (*Listener)(nil)

// NewListener returns a listener for the connections of l, which it owns from now on. The config is as for Server. From a
// task.
func NewListener(rt *eddy.Runtime, l *eddy.TCPListener, config *tls.Config) *Listener {
	return &Listener{rt, l, config}
}

// AcceptTLS waits for the next connection. It does not wait for its handshake, which the task that uses the connection
// does: a client that is slow, or silent, holds up nobody else. An error means that the listener cannot go on. From a
// task.
func (l *Listener) AcceptTLS() (*Conn, error) {
	stream, err := l.l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return Server(l.rt, stream, l.config), nil
}

// Accept implements net.Listener by AcceptTLS. From a task.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.AcceptTLS()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Addr returns the address on which the listener listens. From a task.
func (l *Listener) Addr() net.Addr { return l.l.Addr() }

// Close ends the listener: accepts that wait return an error that wraps net.ErrClosed. Connections that were accepted go
// on. From any goroutine.
func (l *Listener) Close() error { return l.l.Close() }
