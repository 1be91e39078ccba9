package eddy

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"

	"github.com/eddy-go/eddy/internal/executor"
)

// DialContext connects as Runtime.DialContext does, and returns the connection as Runtime.NetConn does: for an
// http.Transport's DialContext, or a database driver. It waits until that has succeeded or failed, or ctx ends; the
// connection stays open when the handle is released. After Release, and when the runtime ends, the error wraps
// net.ErrClosed. A task that calls it is parked, as NetConn says. From any goroutine.
func (h *Handle) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	rt := h.rt
	if rt.onLoop() {
		return rt.dialNetConn(ctx, network, address)
	}
	d := &outsideDial{rt: rt, ctx: ctx, network: network, address: address, answered: make(chan struct{}, 1)}
	if h.released.Load() || !rt.dials.add(d) {
		return nil, d.closedError()
	}
	rt.exec.Post(d.start)
	<-d.answered
	return d.conn, d.err
}

func (rt *Runtime) dialNetConn(ctx context.Context, network, address string) (net.Conn, error) {
	s, err := rt.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return rt.netConn(s), nil
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
		d.rt.dials.answer(d, nil, d.closedError())
	}
}

// run is the task. However it ends, the goroutine has its answer.
func (d *outsideDial) run() {
	var conn net.Conn
	err := d.closedError()
	defer func() { d.rt.dials.answer(d, conn, err) }()
	c, dialErr := d.rt.dialNetConn(d.ctx, d.network, d.address)
	if !errors.Is(dialErr, ErrCanceled) { // only the end of the runtime cancels this task
		conn, err = c, dialErr
	}
}

func (d *outsideDial) closedError() error {
	return &net.OpError{Op: "dial", Net: d.network, Err: net.ErrClosed}
}

// outsideDials are the dials that wait for their answer. What was left for the loop when it ended is answered by
// endAll: nobody waits for a loop that has ended.
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

func (l *outsideDials) answer(d *outsideDial, conn net.Conn, err error) {
	l.mu.Lock()
	i := slices.Index(l.waiting, d)
	l.waiting = slices.Delete(l.waiting, i, i+1)
	l.mu.Unlock()
	d.conn, d.err = conn, err
	d.rt.answer(d.answered)
}

func (l *outsideDials) endAll() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	for len(l.waiting) > 0 {
		d := l.waiting[0]
		l.answer(d, nil, d.closedError())
	}
}
