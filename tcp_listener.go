package eddy

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

// TCPListener accepts connections, over TCP or a Unix socket. It is a net.Listener whose Accept parks the task. Any
// number of tasks may accept; they are served in turn. Only Close is for any goroutine; Runtime.NetListener is for code
// that insists on goroutines.
type TCPListener struct {
	socket
	backoff acceptBackoff
	unlink  string // the Unix socket's file that goes with the listener, if any
	adapter atomic.Pointer[netListener]
}

var _ net.Listener = (*TCPListener)(nil)

// newListener takes over fd, a listening socket. On failure it is closed.
func newListener(rt *Runtime, fd int, unix bool) (*TCPListener, error) {
	l := &TCPListener{socket: socket{unix: unix}}
	l.backoff.listener = l
	if err := l.open(rt, fd, reactor.Other, l); err != nil {
		return nil, err
	}
	l.localAddr()
	l.prepare()
	return l, nil
}

// AcceptTCP waits for the next connection. Errors that concern one connection or pass by themselves are not
// returned: a connection that was gone before it was accepted is skipped, and while the process has no descriptors
// left the listener waits and tries again. An error means that the listener cannot go on. From a task.
func (l *TCPListener) AcceptTCP() (*TCPStream, error) {
	s, err := Await[*TCPStream](l.rt, l.AcceptFuture())
	if err != nil {
		return nil, l.waitError("accept", err)
	}
	return s, nil
}

// Accept implements net.Listener by AcceptTCP. From a task.
func (l *TCPListener) Accept() (net.Conn, error) {
	s, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Addr returns the address on which the listener listens, a *net.TCPAddr or *net.UnixAddr. From a task.
func (l *TCPListener) Addr() net.Addr { return netAddr(l.localAddr()) }

// Close ends the listener: accepts that wait return an error that wraps net.ErrClosed, and the file of a Unix socket
// is removed. Connections that were accepted go on. From any goroutine; one that is not the loop's leaves the work to the
// loop and does not wait for it, so the address may still be taken when Close returns.
func (l *TCPListener) Close() error { return l.close("close") }

func (l *TCPListener) closeOnLoop() {
	l.backoff.stop()
	fd := l.leave()
	l.rt.kernel.Unlink(l.unlink)
	l.rt.kernel.Close(fd)
	if n := l.adapter.Load(); n != nil {
		n.listenerClosed()
	}
}

// SyscallConn returns access to the descriptor, for its Control alone. From a task.
func (l *TCPListener) SyscallConn() (syscall.RawConn, error) {
	if err := l.descriptorFor("syscall"); err != nil {
		return nil, err
	}
	return rawListener{l}, nil
}

// rawListener is the syscall.RawConn of a listener, which is neither read nor written.
type rawListener struct{ l *TCPListener }

func (r rawListener) Control(f func(fd uintptr)) error { return r.l.control(f) }

func (r rawListener) Read(func(fd uintptr) bool) error {
	return r.l.opError("raw-read", syscall.EINVAL)
}

func (r rawListener) Write(func(fd uintptr) bool) error {
	return r.l.opError("raw-write", syscall.EINVAL)
}

// prepare sets on the listening socket what the accepted ones inherit: no delay and keep-alive, as package net sets
// them, without a system call for each connection.
func (l *TCPListener) prepare() {
	if l.unix {
		return
	}
	l.setOption(kernel.OptNoDelay, 1)
	l.setOption(kernel.OptKeepAlive, 1)
	for _, o := range keepAliveOptions(net.KeepAliveConfig{}) {
		l.setOption(o.option, o.value)
	}
}

// The bounds of the pause after an accept that failed for want of resources: it doubles while that lasts.
const (
	minBackoff = 5 * time.Millisecond
	maxBackoff = time.Second
	// logEvery bounds the log lines of failing accepts.
	logEvery = 10 * time.Second
)
