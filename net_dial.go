package eddy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/eddy-go/eddy/internal/executor"
)

// DialContext connects as Runtime.DialContext does, and returns the connection as Runtime.NetConn does: for an
// http.Transport's DialContext, or a database driver. It waits until that has succeeded or failed, or ctx ends, whatever
// the loop is at; the connection stays open when the handle is released.
//
// Errors are *net.OpError. Once ctx has ended they wrap ctx.Err() and its cause. After Release, and when the runtime ends,
// they wrap net.ErrClosed. A task that calls it is parked, as NetConn says. From any goroutine.
func (h *Handle) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if ctx == nil {
		panic("eddy: DialContext was called with a nil context")
	}
	d := &outsideDial{rt: h.rt, ctx: ctx, network: network, address: address, answered: make(chan struct{}, 1)}
	switch {
	case h.released.Load():
		return nil, d.closedError()
	case d.rt.onLoop():
		return d.inTask()
	case !d.rt.dials.add(d):
		return nil, d.closedError()
	}
	d.rt.exec.Post(d.start)
	select {
	case <-d.answered:
	case <-ctx.Done():
		if d.rt.dials.take(d) { // then nobody will answer
			return nil, d.contextError()
		}
		<-d.answered
	}
	return d.conn, d.err
}

// outsideDial is the dial of a goroutine, which a task carries out.
type outsideDial struct {
	rt               *Runtime
	ctx              context.Context
	network, address string

	conn     net.Conn // the result, from the answer on
	err      error
	answered chan struct{}
}

// start runs on the loop.
func (d *outsideDial) start() {
	if executor.SpawnPlain(d.rt.exec, d.run).Done() {
		d.answer(nil, d.closedError())
	}
}

// run is the task. However it ends, the goroutine has its answer.
func (d *outsideDial) run() {
	var conn net.Conn
	err := d.closedError()
	defer func() { d.answer(conn, err) }()
	c, dialErr := d.inTask()
	if d.ctx.Err() != nil || !errors.Is(dialErr, ErrCanceled) { // else the runtime ends: nothing else cancels this task
		conn, err = c, dialErr
	}
}

// inTask dials in a task.
func (d *outsideDial) inTask() (net.Conn, error) {
	s, err := d.rt.DialContext(d.ctx, d.network, d.address)
	switch {
	case err == nil:
		return d.rt.netConn(s), nil
	case d.ctx.Err() != nil && errors.Is(err, context.Cause(d.ctx)):
		return nil, d.contextError()
	}
	return nil, err
}

// answer gives the goroutine its result. A connection that it waits for no longer is closed. On the loop.
func (d *outsideDial) answer(conn net.Conn, err error) {
	if d.rt.dials.take(d) {
		d.deliver(conn, err)
	} else if conn != nil {
		conn.Close()
	}
}

// deliver is for whoever has taken d.
func (d *outsideDial) deliver(conn net.Conn, err error) {
	d.conn, d.err = conn, err
	d.rt.answer(d.answered)
}

func (d *outsideDial) closedError() error { return d.opError(net.ErrClosed) }

// contextError is the error once ctx has ended.
func (d *outsideDial) contextError() error {
	err, cause := d.ctx.Err(), context.Cause(d.ctx)
	if cause != err {
		err = &contextEnd{err: err, cause: cause}
	}
	return d.opError(err)
}

func (d *outsideDial) opError(err error) error {
	e := &net.OpError{Op: "dial", Net: d.network, Err: err}
	if d.network == "unix" {
		e.Addr = &net.UnixAddr{Name: d.address, Net: "unix"}
	} else if a, err := netip.ParseAddrPort(d.address); err == nil {
		e.Addr = net.TCPAddrFromAddrPort(a)
	}
	return e
}

// contextEnd is the error of a context that was given a cause: code written for package net asks for context's own.
type contextEnd struct{ err, cause error }

func (e *contextEnd) Error() string   { return e.cause.Error() }
func (e *contextEnd) Unwrap() []error { return []error{e.err, e.cause} }
func (e *contextEnd) Timeout() bool   { return e.err == context.DeadlineExceeded }

// outsideDials are the dials that wait for their answer. Who takes one out owes it the answer, or is the goroutine
// itself, which gives up. What was left for the loop when it ended is answered by endAll: nobody waits for a loop that
// has ended.
type outsideDials struct {
	mu      sync.Mutex
	ended   bool
	waiting []*outsideDial
}

// add reports false after the end.
func (l *outsideDials) add(d *outsideDial) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.waiting = append(l.waiting, d)
	}
	return !l.ended
}

// take takes d out, and reports whether it was there.
func (l *outsideDials) take(d *outsideDial) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, d)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	return i >= 0
}

func (l *outsideDials) endAll() {
	l.mu.Lock()
	left := l.waiting
	l.waiting, l.ended = nil, true
	l.mu.Unlock()
	for _, d := range left {
		d.deliver(nil, d.closedError())
	}
}
