package kernel

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// macOS makes a plain socket, and further calls make it non-blocking and closed on exec. The lock keeps a child
// process from starting in between and inheriting it.

func sysSocket(family int) (int, Errno) {
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, errnoOf(err)
	}
	errno := errnoOf(unix.SetNonblock(fd, true))
	if errno == 0 {
		errno = silence(fd)
	}
	if errno != 0 {
		_ = unix.Close(fd)
		return -1, errno
	}
	return fd, 0
}

// sysAccept gets the peer's address as an allocation. The call under the lock does not block, as the listener does
// not.
func (s *sockets) sysAccept(fd int) (int, Addr, Errno) {
	syscall.ForkLock.RLock()
	conn, sa, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(conn)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, Addr{}, errnoOf(err)
	}
	if err := unix.SetNonblock(conn, true); err != nil {
		_ = unix.Close(conn)
		return -1, Addr{}, errnoOf(err)
	}
	silence(conn) // it fails with EINVAL where the peer is gone already, and the first call will tell
	return conn, s.addrOf(sa), 0
}
