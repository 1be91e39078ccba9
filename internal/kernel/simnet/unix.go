package simnet

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Unix sockets. They live on one host, need no handshake, lose nothing, and share the streams of TCP; what differs is
// that the writer's buffer is the only one, and that a close is told to both directions of the peer at once.

// maxPath is what fits into the address of a Unix socket, with the NUL behind a path; an abstract name has none.
const maxPath = 108

// bindUnix gives s a name, and l its file. The file of a listener on which nobody listens is replaced; a socket that
// will be connected finds the name taken.
func (s *socket) bindUnix(path string, l *listener) kernel.Errno {
	h := s.kernel.host
	if !fits(path) {
		return syscall.EINVAL
	}
	if path == "" {
		path = fmt.Sprintf("@%05x", h.names)
		h.names++
	}
	if old := h.files[path]; old != nil && (!old.gone() || l.closed && hasFile(path)) {
		if !l.closed && hasFile(path) {
			s.kernel.probe(path)
		}
		return syscall.EADDRINUSE
	}
	h.files[path] = l
	s.local = kernel.Addr{Unix: true, Path: path}
	return 0
}

// probe connects to a path to see whether anybody listens, as a listener on a real system has to: whoever does accepts
// a connection that ends at once.
func (k *Kernel) probe(path string) {
	s, errno := k.fresh(kernel.Addr{Unix: true, Path: path})
	if errno != 0 {
		return
	}
	k.counters.Dials++
	s.connectUnix(path)
	k.abandon(s)
}

func fits(path string) bool {
	return len(path) < maxPath || len(path) == maxPath && !hasFile(path)
}

// hasFile reports whether a name stands in the file system: abstract names begin with "@".
func hasFile(path string) bool { return path != "" && !strings.HasPrefix(path, "@") }

// gone reports whether nobody listens. A file outlives its listener, an abstract name does not.
func (l *listener) gone() bool { return l.closed || l.sock.kernel.dead }

// Unlink removes a Unix socket's file.
func (k *Kernel) Unlink(path string) (errno kernel.Errno) {
	if !hasFile(path) {
		return 0
	}
	if !k.enter() {
		return syscall.EIO
	}
	if k.host.files[path] == nil {
		errno = syscall.ENOENT
	}
	delete(k.host.files, path)
	k.done("unlink", 0, addrArg(kernel.Addr{Unix: true, Path: path}), 0, errno)
	return errno
}

// connectUnix connects s: it is connected at once, and the listener learns of it soon.
func (s *socket) connectUnix(path string) kernel.Errno {
	h := s.kernel.host
	if path == "" || !fits(path) {
		return syscall.EINVAL
	}
	l := h.files[path]
	switch {
	case l == nil && hasFile(path):
		return syscall.ENOENT
	case l == nil || l.gone():
		return syscall.ECONNREFUSED
	case l.full():
		return syscall.EAGAIN
	}
	e := h.newEnd(open, s.local, l.sock.local, h)
	q := h.newEnd(opening, l.sock.local, s.local, h)
	e.sock, e.options = s, *s.options
	s.end, s.options = e, &e.options
	q.options, q.listener = *l.sock.options, l
	e.peer, q.peer = q, e
	e.useLink()
	q.useLink()
	l.opening++
	e.send(hello, 0)
	return 0
}

// receiveUnix takes a packet.
func (e *end) receiveUnix(p packet) {
	n, from := e.host.net, e.peer
	n.note(e.host, p.kind.String(), e.fd(), p.upto, 0, 0)
	if e.state == shut {
		return
	}
	switch p.kind {
	case hello:
		e.openedUnix()
		return
	case data:
		from.out.arrived = p.upto
		e.finished = e.finished || p.fin
	case fin:
		e.finished = true
	case deaf:
		e.writeShut = true
	case hangUp:
		e.finished, e.writeShut = true, true
	case reset:
		e.finished, e.writeShut = true, true
		e.failure = syscall.ECONNRESET
	}
	e.readShut = e.readShut || e.finished
	e.sock.raise()
}

// openedUnix puts the connection into the listener's queue.
func (e *end) openedUnix() {
	l := e.listener
	l.opening--
	e.state = open
	if l.gone() {
		e.listener = nil
		e.failUnix()
		return
	}
	l.offer(e)
}

func (e *end) shutdownUnix(read, write bool) {
	if write {
		e.endStream()
	}
	if read && !e.readShut {
		e.readShut = true
		e.send(deaf, e.out.sent)
	}
}

// closeUnix tells the peer that this end is closed, and whether it has left anything unread.
func (e *end) closeUnix() {
	if e.state == shut {
		return
	}
	if e.listener != nil || e.peer.out.read < e.peer.out.written {
		e.failUnix()
		return
	}
	e.send(hangUp, e.out.sent)
	e.die()
}

// failUnix resets the connection.
func (e *end) failUnix() {
	e.send(reset, e.out.sent)
	e.die()
}
