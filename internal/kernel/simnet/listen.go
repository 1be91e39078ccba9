package simnet

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// listener is a listening socket's queue of connections that are not accepted yet.
type listener struct {
	sock    *socket
	backlog int
	queue   []*end // complete ones
	opening int    // those that are being opened count, too
	closed  bool
}

// maxBacklog is the system's maximum (net.core.somaxconn).
const maxBacklog = 4096

// Listen makes a listening socket bound to addr. The mode of a Unix socket's file means nothing: everything on a host
// is one user's.
func (k *Kernel) Listen(addr kernel.Addr, opt kernel.ListenOptions) (int, error) {
	if !k.enter() {
		return -1, callError("socket", syscall.EIO)
	}
	fd, err := k.listen(plain(addr), opt)
	k.done("listen", fd, addrArg(addr), uint64(fd), numberOf(err))
	return fd, err
}

func (k *Kernel) listen(addr kernel.Addr, opt kernel.ListenOptions) (int, error) {
	s, errno := k.fresh(addr)
	if errno != 0 {
		return -1, callError("socket", errno)
	}
	if err := s.listen(addr, opt); err != nil {
		k.abandon(s)
		return -1, err
	}
	return s.fd, nil
}

func (s *socket) listen(addr kernel.Addr, opt kernel.ListenOptions) error {
	if err := s.control(opt.Control); err != nil {
		return err
	}
	l := &listener{sock: s, backlog: opt.Backlog}
	if l.backlog <= 0 || l.backlog > maxBacklog {
		l.backlog = maxBacklog
	}
	errno := kernel.Errno(0)
	if s.unix {
		errno = s.bindUnix(addr.Path, l)
	} else {
		errno = s.bind(addr, opt.ReusePort, opt.V6Only)
	}
	if errno == 0 {
		s.listener = l
	}
	return callError("bind", errno)
}

// control runs a Control function, if there is one. The host may have crashed meanwhile.
func (s *socket) control(fn func(fd int) error) error {
	if fn == nil {
		return nil
	}
	if err := fn(s.fd); err != nil {
		return err
	}
	if s.kernel.dead {
		return callError("setsockopt", syscall.EIO)
	}
	return nil
}

// abandon closes a socket of which nothing came.
func (k *Kernel) abandon(s *socket) {
	if !k.dead {
		s.close()
		k.remove(s)
	}
}

// full reports whether no more connections are taken. As on Linux, one more than the backlog waits.
func (l *listener) full() bool { return len(l.queue)+l.opening > l.backlog }

// offer queues a connection.
func (l *listener) offer(e *end) {
	l.queue = append(l.queue, e)
	l.sock.raise()
}

// close resets whoever was not accepted, and nobody is accepted any more.
func (l *listener) close() {
	l.closed = true
	for _, e := range l.queue {
		e.abort()
	}
	l.queue = nil
}

// Accept takes one connection.
func (k *Kernel) Accept(fd int) (conn int, peer kernel.Addr, errno kernel.Errno) {
	k.counters.Accepts++
	if !k.enter() {
		return -1, peer, syscall.EIO
	}
	conn = -1
	s, errno := k.socket(fd)
	if errno == 0 {
		conn, peer, errno = s.accept()
	}
	k.done("accept", fd, addrArg(peer), uint64(conn), errno)
	return conn, peer, errno
}

func (s *socket) accept() (int, kernel.Addr, kernel.Errno) {
	l := s.listener
	if l == nil || l.closed && len(l.queue) == 0 {
		return -1, kernel.Addr{}, syscall.EINVAL
	}
	if len(l.queue) == 0 {
		return -1, kernel.Addr{}, syscall.EAGAIN
	}
	if errno := s.failAccept(); errno != 0 {
		return -1, kernel.Addr{}, errno
	}
	e := l.take()
	conn := &socket{unix: s.unix, v6: s.v6, end: e, options: &e.options}
	e.sock = conn
	s.kernel.add(conn)
	return conn.fd, e.remote, 0
}

func (l *listener) take() *end {
	e := l.queue[0]
	n := copy(l.queue, l.queue[1:])
	l.queue[n] = nil
	l.queue = l.queue[:n]
	e.listener = nil
	return e
}
