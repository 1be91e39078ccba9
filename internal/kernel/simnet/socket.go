package simnet

import (
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// socket is an open descriptor: fresh (while Control runs, or bound and no more), a listener, or one end of a
// connection.
type socket struct {
	kernel   *Kernel
	fd       int
	unix, v6 bool
	local    kernel.Addr // of a fresh socket or a listener
	bound    *binding    // the port that it occupies
	options  *options
	listener *listener
	end      *end

	token      kernel.Token
	registered bool
	place      int          // in the kernel's list of registered sockets
	pending    bool         // something has happened that was not reported
	untrue     kernel.Ready // what will be reported though it is not so
	held       hold         // an event is being withheld
	late, owed alarm
}

// firstFree is the lowest descriptor that a socket may have.
const firstFree = 3

// add gives s the lowest free descriptor: numbers are used again as soon as they can be (F1).
func (k *Kernel) add(s *socket) {
	fd := k.lowest
	for fd < len(k.sockets) && k.sockets[fd] != nil {
		fd++
	}
	if fd == len(k.sockets) {
		k.sockets = append(k.sockets, nil)
	}
	k.sockets[fd] = s
	k.lowest = fd + 1
	k.open++
	s.kernel, s.fd = k, fd
	s.late.of(s, eventComes)
	s.owed.of(s, edgeOwed)
}

// remove frees the descriptor of s.
func (k *Kernel) remove(s *socket) {
	k.sockets[s.fd] = nil
	k.lowest = min(k.lowest, s.fd)
	k.open--
}

// socket returns what stands behind a descriptor.
func (k *Kernel) socket(fd int) (*socket, kernel.Errno) {
	if uint(fd) >= uint(len(k.sockets)) || k.sockets[fd] == nil {
		return nil, syscall.EBADF
	}
	return k.sockets[fd], 0
}

// fresh makes a socket of the family of addr, if there is one.
func (k *Kernel) fresh(addr kernel.Addr) (*socket, kernel.Errno) {
	s := &socket{unix: addr.Unix, options: new(options)}
	switch {
	case addr.Unix:
		s.local = kernel.Addr{Unix: true}
	case addr.IP.Addr().Is4():
		s.local = any4
	case addr.IP.Addr().Is6():
		s.local, s.v6 = any6, true
	default:
		return nil, syscall.EAFNOSUPPORT
	}
	*s.options = standard
	k.add(s)
	return s, 0
}

// Close gives the descriptor back.
func (k *Kernel) Close(fd int) (errno kernel.Errno) {
	k.counters.Closes++
	if !k.enter() {
		return 0
	}
	s, errno := k.socket(fd)
	if errno == 0 {
		s.close()
		k.remove(s)
	}
	k.done("close", fd, 0, 0, errno)
	return errno
}

// close ends what stands behind the descriptor, as far as it does not go on without one.
func (s *socket) close() {
	s.deregister()
	s.unbind()
	switch {
	case s.listener != nil:
		s.listener.close()
	case s.end != nil:
		s.end.sock = nil
		s.end.close()
	}
}

// Adopt returns the address of a listening socket: it has the properties of one already.
func (k *Kernel) Adopt(fd int) (kernel.Addr, error) {
	addr, errno := k.LocalAddr(fd)
	return addr, callError("getsockname", errno)
}

// LocalAddr returns the address that the socket is bound to.
func (k *Kernel) LocalAddr(fd int) (addr kernel.Addr, errno kernel.Errno) {
	if !k.enter() {
		return addr, syscall.EIO
	}
	s, errno := k.socket(fd)
	if errno == 0 {
		addr = s.local
		if s.end != nil {
			addr = s.end.local
		}
	}
	k.done("getsockname", fd, 0, addrArg(addr), errno)
	return addr, errno
}

// PeerAddr returns the address at the other end.
func (k *Kernel) PeerAddr(fd int) (addr kernel.Addr, errno kernel.Errno) {
	if !k.enter() {
		return addr, syscall.EIO
	}
	s, errno := k.socket(fd)
	switch {
	case errno != 0:
	case s.end == nil || !s.unix && s.end.state != open:
		errno = syscall.ENOTCONN
	default:
		addr = s.end.remote
	}
	k.done("getpeername", fd, 0, addrArg(addr), errno)
	return addr, errno
}

// Pick chooses which of n ready tasks is polled next.
func (k *Kernel) Pick(n int) int {
	if k.dead || !k.net.strike(ShuffledTasks) {
		return 0
	}
	return k.net.tape.Below("task", n)
}

// shuffleReady draws the order of the next events, while the world is one in which order is drawn.
func (k *Kernel) shuffleReady() {
	if len(k.ready) < 2 || !k.net.rages(ShuffledTasks) && !k.net.rages(SpuriousEvent) {
		return
	}
	for i := len(k.ready) - 1; i > 0; i-- {
		j := i - k.net.tape.Below("event", i+1) // an empty tape leaves the order as it is
		k.ready[i], k.ready[j] = k.ready[j], k.ready[i]
	}
}

// addrArg is what is written down of an address: a sum of all of it, and the port as it is.
func addrArg(a kernel.Addr) uint64 {
	const prime = 0x100000001b3 // FNV's
	x := uint64(1)
	if a.Unix {
		for i := range len(a.Path) {
			x = (x ^ uint64(a.Path[i])) * prime
		}
		return x
	}
	for _, b := range a.IP.Addr().As16() {
		x = (x ^ uint64(b)) * prime
	}
	return x<<16 | uint64(a.IP.Port())
}
