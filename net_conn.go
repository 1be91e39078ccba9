package eddy

import (
	"net"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/executor"
)

// NetConn returns s as a net.Conn whose methods are for any goroutine, for code that insists on goroutines: net/http's
// server, database drivers, multiplexers. From a task.
//
// All work on the socket is done on the loop: a Read or Write of a goroutine is carried there and its result back,
// which costs two switches between threads. A task calls the methods too, and is parked by them, as by the stream's;
// but where threads cannot be told apart, which is outside of Linux and in a simulation, a Read or Write of a task
// stops the loop: there tasks keep to streams.
//
// Reads that come at once take turns, and so do writes, each whole. Deadlines and Close end operations that wait, and
// so does the end of the runtime: then and later the error wraps net.ErrClosed. CloseWrite and CloseRead are there as
// well.
//
// The stream belongs to the adapter from now on, and there is one adapter a stream: further calls return the same. It
// counts as an open Handle until one of them is closed. Another runtime's stream is a mistake, and panics.
func (rt *Runtime) NetConn(s *TCPStream) net.Conn {
	rt.fromTask("NetConn")
	if s.rt != rt {
		panic("eddy: NetConn was called with another runtime's stream")
	}
	return rt.netConn(s)
}

func (rt *Runtime) netConn(s *TCPStream) *netConn {
	x := s.extra()
	if x.adapter != nil {
		return x.adapter
	}
	c := &netConn{
		desk:     desk{rt: s.rt},
		stream:   s,
		local:    s.LocalAddr(),
		remote:   s.RemoteAddr(),
		reads:    errand[int]{answered: make(chan struct{}, 1)},
		writes:   errand[int]{answered: make(chan struct{}, 1)},
		controls: errand[struct{}]{answered: make(chan struct{}, 1)},
	}
	c.read.s, c.write.s = s, s
	x.adapter = c
	rt.handles.Add(1)
	if s.gone || executor.SpawnFuture(rt.exec, Future[struct{}](c)).Done() {
		c.finish() // nobody is left who could carry anything out
	}
	return c
}

// netConn carries the operations of goroutines to a stream. It is the future of its own task, which ends with the
// stream or with the runtime.
type netConn struct {
	desk
	stream        *TCPStream
	local, remote net.Addr

	reads    errand[int]
	writes   errand[int]
	controls errand[struct{}] // CloseRead, CloseWrite
	read     ReadFuture       // of whose turn it is
	write    WriteFuture

	polling bool           // the loop stands in Poll
	limits  [2]newDeadline // of reads and of writes, under the desk's mutex
}

// Read implements net.Conn. From any goroutine.
func (c *netConn) Read(p []byte) (int, error) {
	if c.rt.onLoop() {
		c.rt.exec.Current("Read")
		return c.inTask("read", &c.reads.turn, p, c.readStream)
	}
	c.reads.turn.take()
	defer c.reads.turn.pass()
	switch {
	case c.stream.closed.Load():
		return 0, c.wrapped("read", net.ErrClosed)
	case len(p) == 0:
		return 0, nil // as in readStream
	}
	c.read.begin(p)
	n, err := c.reads.do(&c.desk, &c.read)
	return n, c.wrapped("read", err)
}

// Write implements net.Conn. From any goroutine.
func (c *netConn) Write(p []byte) (int, error) {
	if c.rt.onLoop() {
		c.rt.exec.Current("Write")
		return c.inTask("write", &c.writes.turn, p, c.stream.Write)
	}
	c.writes.turn.take()
	defer c.writes.turn.pass()
	if c.stream.closed.Load() {
		return 0, c.wrapped("write", net.ErrClosed)
	}
	c.write.begin(p)
	_, err := c.writes.do(&c.desk, &c.write)
	return c.write.Written(), c.wrapped("write", err)
}

// inTask is a Read or Write of a task on the loop's own thread.
func (c *netConn) inTask(op string, t *turn, p []byte, call func(p []byte) (int, error)) (int, error) {
	if err := t.await(c.rt); err != nil {
		return 0, c.stream.waitError(op, err)
	}
	defer t.pass()
	c.mu.Lock()
	limits := c.takeLimits()
	c.mu.Unlock()
	c.carryOut(limits)
	return call(p)
}

// readStream is a Read of the stream, but one of nothing succeeds whatever the deadline says: so package net has it.
func (c *netConn) readStream(p []byte) (int, error) {
	if len(p) == 0 && !c.stream.gone {
		return 0, nil
	}
	return c.stream.Read(p)
}

// CloseWrite ends the write direction: the peer reads io.EOF. From any goroutine.
func (c *netConn) CloseWrite() error { return c.control(c.stream.CloseWrite) }

// CloseRead ends the read direction, as TCPStream.CloseRead does. From any goroutine.
func (c *netConn) CloseRead() error { return c.control(c.stream.CloseRead) }

func (c *netConn) control(fn func() error) error {
	if c.rt.onLoop() {
		return fn()
	}
	c.controls.turn.take()
	defer c.controls.turn.pass()
	_, err := c.controls.do(&c.desk, onceFunc(fn))
	return c.wrapped("close", err)
}

// onceFunc is the future of a call that does not wait.
type onceFunc func() error

func (f onceFunc) Poll(*future.Context) (struct{}, error) { return struct{}{}, f() }
func (f onceFunc) Cancel()                                {}

// Close implements net.Conn. It never waits, as that of the stream. From any goroutine.
func (c *netConn) Close() error {
	if c.stream.Close() != nil {
		return c.wrapped("close", net.ErrClosed)
	}
	return nil
}

// LocalAddr implements net.Conn. From any goroutine.
func (c *netConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn. From any goroutine.
func (c *netConn) RemoteAddr() net.Addr { return c.remote }

// wrapped gives the error of an adapter that has ended the form of package net's; the stream's have it.
func (c *netConn) wrapped(op string, err error) error {
	if err == net.ErrClosed {
		return &net.OpError{Op: op, Net: network(c.stream.unix), Source: c.local, Addr: c.remote, Err: err}
	}
	return err
}

// Poll implements Future: it carries out what goroutines have left.
func (c *netConn) Poll(cx *future.Context) (struct{}, error) {
	c.polling = true // a close may be taken in meanwhile
	c.mu.Lock()
	c.waker = cx.Waker()
	c.reads.take()
	c.writes.take()
	c.controls.take()
	limits := c.takeLimits()
	c.mu.Unlock()
	c.carryOut(limits)
	c.reads.step(&c.desk, cx)
	c.writes.step(&c.desk, cx)
	c.controls.step(&c.desk, cx)
	c.polling = false
	if c.over() {
		c.abandon()
		return struct{}{}, nil
	}
	return struct{}{}, future.Pending
}

// Cancel implements Future: the runtime ends.
func (c *netConn) Cancel() { c.finish() }

// finish answers all that wait, and lets nobody wait any more. On the loop.
func (c *netConn) finish() {
	c.end()
	if !c.polling {
		c.abandon()
	}
	c.wake()
}

func (c *netConn) abandon() {
	c.reads.abandon(&c.desk)
	c.writes.abandon(&c.desk)
	c.controls.abandon(&c.desk)
}

// String says what the adapter's task is there for, in task dumps.
func (c *netConn) String() string {
	return "goroutines at " + c.stream.String()
}

// newDeadline is a deadline that was set and not yet carried out.
type newDeadline struct {
	at  time.Duration
	set bool
}

// SetDeadline implements net.Conn. From any goroutine.
func (c *netConn) SetDeadline(t time.Time) error { return c.setDeadlines(t, true, true) }

// SetReadDeadline implements net.Conn. From any goroutine.
func (c *netConn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, true, false) }

// SetWriteDeadline implements net.Conn. From any goroutine.
func (c *netConn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, false, true) }

// setDeadlines keeps a deadline until the next operation takes it along. The loop hears of it at once only where an
// operation is out already.
func (c *netConn) setDeadlines(t time.Time, read, write bool) error {
	if c.stream.closed.Load() {
		return c.wrapped("set", net.ErrClosed)
	}
	limit := newDeadline{c.rt.deadlineAt(t), true}
	c.mu.Lock()
	if read {
		c.limits[readDirection] = limit
	}
	if write {
		c.limits[writeDirection] = limit
	}
	c.mu.Unlock()
	if read && c.reads.turn.held() || write && c.writes.turn.held() {
		c.wake()
	}
	return nil
}

// takeLimits returns the deadlines that were set since the last time. The desk's mutex is held.
func (c *netConn) takeLimits() [2]newDeadline {
	limits := c.limits
	c.limits = [2]newDeadline{}
	return limits
}

func (c *netConn) carryOut(limits [2]newDeadline) {
	for i, limit := range limits {
		if limit.set && !c.stream.gone {
			c.stream.extra().setDeadline(whichDirection(i), limit.at)
		}
	}
}
