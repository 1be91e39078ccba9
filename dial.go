package eddy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// DialTCP connects to address, an IP address (or localhost, which is 127.0.0.1) and a port, and waits until that has succeeded or failed. Errors are
// *net.OpError. From a task.
func (rt *Runtime) DialTCP(address string) (*TCPStream, error) {
	d := rt.dialing(address)
	return rt.dial(d, d)
}

// DialTCPTimeout is DialTCP with a limit of d, after which it fails with os.ErrDeadlineExceeded. From a task.
func (rt *Runtime) DialTCPTimeout(address string, d time.Duration) (*TCPStream, error) {
	f := rt.dialing(address)
	return rt.dial(Timeout(d, Future[*TCPStream](f)), f)
}

// DialTCPContext is DialTCP that ends when ctx does, with ctx's cause. ctx may be cancelled from any goroutine. From a
// task.
func (rt *Runtime) DialTCPContext(ctx context.Context, address string) (*TCPStream, error) {
	d := rt.dialing(address)
	return rt.dial(under(ctx, d), d)
}

// DialUnix connects to the Unix socket at path. While its backlog is full, it tries again. From a task.
func (rt *Runtime) DialUnix(path string) (*TCPStream, error) {
	d := rt.dialingUnix(path)
	return rt.dial(d, d)
}

// DialFuture returns the future of a DialTCP. Cancelling it closes the socket. From a task.
func (rt *Runtime) DialFuture(address string) Future[*TCPStream] { return rt.dialing(address) }

func (rt *Runtime) dialing(address string) *dialing {
	addr, err := parseAddress(address, loopback4)
	if err == nil && addr.IP.Addr().IsUnspecified() {
		addr.IP = toLoopback(addr.IP)
	}
	return &dialing{rt: rt, addr: addr, err: err}
}

func (rt *Runtime) dialingUnix(path string) *dialing {
	addr, err := parsePath(path)
	return &dialing{rt: rt, addr: addr, err: err}
}

// dial waits for f, which is d under some limit.
func (rt *Runtime) dial(f Future[*TCPStream], d interface{ opError(err error) error }) (*TCPStream, error) {
	s, err := Await(rt, f)
	if err == nil {
		return s, nil
	}
	var wrapped *net.OpError
	if !errors.As(err, &wrapped) { // a timeout's, a context's, or an interrupted wait's
		err = d.opError(err)
	}
	return nil, err
}

// unixRetry is the pause before a Unix connect is tried again whose listener's backlog was full: no event tells of
// room (F34). Picked.
const unixRetry = 2 * time.Millisecond

// dialing is one attempt to connect: dial, wait until writable, ask for the outcome.
type dialing struct {
	rt     *Runtime
	addr   kernel.Addr
	err    error      // found before the first poll
	stream *TCPStream // from the first poll on
	wait   reactor.Waiter
	timer  future.TimerID
	clock  future.Clock
	over   bool
}

func (d *dialing) Poll(cx *future.Context) (*TCPStream, error) {
	if d.over {
		future.PolledAfterDone("DialFuture")
	}
	err := d.poll(cx)
	if err == future.Pending {
		return nil, err
	}
	s := d.stream
	if err != nil {
		d.Cancel()
		return nil, d.opError(err)
	}
	d.stream = nil
	d.Cancel()
	return s, nil
}

func (d *dialing) opError(err error) error {
	return &net.OpError{Op: "dial", Net: network(d.addr.Unix), Addr: netAddr(d.addr), Err: err}
}

func (d *dialing) poll(cx *future.Context) error {
	if !cx.Spend() { // as in a read
		return future.Pending
	}
	if d.err != nil {
		return d.err
	}
	if d.stream == nil {
		connected, err := d.start(cx)
		if err != nil || connected {
			return err
		}
	}
	w := d.stream.source.Write()
	switch {
	case d.stream.closed.Load():
		return net.ErrClosed
	case w.Ready():
		if err := d.outcome(); err != future.Pending {
			w.Leave(&d.wait)
			return err
		}
	}
	w.Wait(&d.wait, cx.LocalWaker(), d.rt.waitingTask())
	return future.Pending
}

// start makes the socket. connected is true where no wait is needed, as on Unix sockets.
func (d *dialing) start(cx *future.Context) (connected bool, err error) {
	fd, connected, err := d.rt.kernel.Dial(d.addr, kernel.DialOptions{})
	if d.addr.Unix && errors.Is(err, syscall.EAGAIN) {
		d.clock = cx.Clock()
		d.timer = d.clock.Rearm(d.timer, future.After(d.clock.Now(), unixRetry), cx.LocalWaker())
		return false, future.Pending
	}
	if err != nil {
		return false, err
	}
	s, err := newStream(d.rt, fd, d.addr.Unix)
	if err != nil {
		return false, err
	}
	s.peer = peerAddrOf(d.addr)
	d.stream = s
	if connected {
		return true, s.prepare()
	}
	return false, nil
}

// outcome asks how the attempt has ended.
func (d *dialing) outcome() error {
	s := d.stream
	value, errno := d.rt.kernel.Option(s.source.FD(), kernel.OptError)
	if errno == 0 {
		errno = kernel.Errno(value)
	}
	if errno != 0 {
		return os.NewSyscallError("connect", errno)
	}
	if _, errno := d.rt.kernel.PeerAddr(s.source.FD()); errno == syscall.ENOTCONN {
		s.source.Write().Clear() // a spurious event: the attempt goes on
		return future.Pending
	}
	if s.localAddr() == d.addr {
		return os.NewSyscallError("connect", syscall.ECONNREFUSED) // it met itself: TCP's simultaneous open on one port
	}
	return s.prepare()
}

// prepare sets what package net sets on a new connection.
func (s *TCPStream) prepare() error {
	if !s.unix {
		s.SetNoDelay(true)
		s.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true})
	}
	return nil
}

// Cancel implements Future.
func (d *dialing) Cancel() {
	d.over = true
	if d.timer != 0 {
		d.clock.Disarm(d.timer)
		d.timer = 0
	}
	if d.stream != nil {
		d.stream.source.Write().Leave(&d.wait)
		d.stream.closeNow()
	}
}

// String says what the wait is for, in task dumps.
func (d *dialing) String() string {
	return "dial " + network(d.addr.Unix) + " " + fmt.Sprint(netAddr(d.addr))
}
