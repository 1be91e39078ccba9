package eddy

import (
	"net"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/executor"
)

// NetListener returns l as a net.Listener whose methods are for any goroutine, and whose connections are those of
// NetConn: for servers that insist on goroutines. A task that accepts is parked, as NetConn says.
//
// The listener belongs to the adapter from now on, and there is one adapter a listener: further calls return the same.
// It counts as an open Handle until one of them is closed. From any goroutine.
func (rt *Runtime) NetListener(l *TCPListener) net.Listener {
	if l.rt != rt {
		panic("eddy: NetListener was called with another runtime's listener")
	}
	n := &netListener{
		desk:     desk{rt: rt},
		listener: l,
		accepts:  errand[net.Conn]{answered: make(chan struct{}, 1)},
		closed:   make(chan struct{}),
	}
	rt.handles.Add(1) // first: from the next line on a close may give it back
	if !l.adapter.CompareAndSwap(nil, n) {
		rt.releaseHandle()
		return l.adapter.Load()
	}
	l.onLoop(n.start) // what is closed already refuses all calls by itself
	return n
}

// netListener carries the accepts of goroutines to a listener. It is the future of its own task, which ends with the
// listener or with the runtime.
type netListener struct {
	desk
	listener *TCPListener
	accepts  errand[net.Conn]
	closed   chan struct{} // closed when the listener's descriptor is
	polling  bool          // the loop stands in Poll
}

func (n *netListener) start() {
	if n.listener.gone || executor.SpawnFuture(n.rt.exec, Future[struct{}](n)).Done() {
		n.finish()
	}
}

// Accept implements net.Listener. From any goroutine.
func (n *netListener) Accept() (net.Conn, error) {
	if n.rt.onLoop() {
		s, err := n.listener.AcceptTCP()
		if err != nil {
			return nil, err
		}
		return n.rt.netConn(s), nil
	}
	n.accepts.turn.take()
	defer n.accepts.turn.pass()
	if n.listener.closed.Load() {
		return nil, n.wrapped("accept", net.ErrClosed)
	}
	c, err := n.accepts.do(&n.desk, future.Map(n.listener.AcceptFuture(), n.adapt))
	if err != nil {
		return nil, n.wrapped("accept", err)
	}
	return c, nil
}

func (n *netListener) adapt(s *TCPStream) (net.Conn, error) { return n.rt.netConn(s), nil }

// wrapped gives the error of an adapter that has ended the form of package net's; the listener's have it.
func (n *netListener) wrapped(op string, err error) error {
	if err == net.ErrClosed {
		return &net.OpError{Op: op, Net: network(n.listener.unix), Addr: n.Addr(), Err: err}
	}
	return err
}

// Addr implements net.Listener. From any goroutine.
func (n *netListener) Addr() net.Addr { return n.listener.Addr() }

// Close implements net.Listener. When it returns, nobody listens any more: the address is free, and the file of a Unix
// socket gone. For that it waits until the loop gets round to it, except where threads cannot be told apart: the caller
// may be a task there. From any goroutine.
func (n *netListener) Close() error {
	if n.listener.Close() != nil {
		return n.wrapped("close", net.ErrClosed)
	}
	if n.rt.kernel.ThreadID() != 0 {
		<-n.closed // by the loop or, if that has ended since, by its end
	}
	return nil
}

// listenerClosed is the adapter's part of the listener's close, by whomever. On the loop.
func (n *netListener) listenerClosed() {
	n.finish()
	close(n.closed)
}

// Poll implements Future: it carries out what goroutines have left.
func (n *netListener) Poll(cx *future.Context) (struct{}, error) {
	n.polling = true // a close may be taken in meanwhile
	n.mu.Lock()
	n.waker = cx.Waker()
	n.accepts.take()
	n.mu.Unlock()
	n.accepts.step(&n.desk, cx)
	n.polling = false
	if n.over() {
		n.accepts.abandon(&n.desk)
		return struct{}{}, nil
	}
	return struct{}{}, future.Pending
}

// Cancel implements Future: the runtime ends.
func (n *netListener) Cancel() { n.finish() }

// finish answers who waits, and lets nobody wait any more. On the loop.
func (n *netListener) finish() {
	n.end()
	if !n.polling {
		n.accepts.abandon(&n.desk)
	}
	n.wake()
}

// String says what the adapter's task is there for, in task dumps.
func (n *netListener) String() string { return "goroutines that accept at " + n.listener.String() }
