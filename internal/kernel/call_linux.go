package kernel

import (
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls of the hot path, made with RawSyscall: none of them can block, so Go's scheduler need not be told.
//
// A pointer is turned into an integer only inside the call's own expression: that keeps what it points to alive and
// in its place until the call has returned.

// scratch is memory that the calls below reuse.
type scratch struct {
	peer    unix.RawSockaddrAny
	vectors []unix.Iovec
}

func sysSocket(family int) (int, Errno) {
	kind := unix.SOCK_STREAM | unix.SOCK_NONBLOCK | unix.SOCK_CLOEXEC
	fd, _, errno := syscall.RawSyscall(unix.SYS_SOCKET, uintptr(family), uintptr(kind), 0)
	return result(fd, errno)
}

func (s *sockets) sysAccept(fd int) (int, Addr, Errno) {
	size := uint32(unix.SizeofSockaddrAny)
	conn, _, errno := syscall.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd),
		uintptr(unsafe.Pointer(&s.scratch.peer)), uintptr(unsafe.Pointer(&size)),
		unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if errno != 0 {
		return -1, Addr{}, errno
	}
	return int(conn), s.peerOf(&s.scratch.peer, size), 0
}

// sysRead receives: that costs less than read(2), which finds its way to the socket through the layer of files. It and
// sysWrite are small enough for the compiler to make them parts of their callers. That is worth having: each function
// that returns behind a system call returns to where the processor does not expect it: some 10 ns each, by a sampled profile.
func sysRead(fd int, p []byte) (n uintptr, errno Errno) {
	n, _, errno = syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	return
}

func sysWrite(fd int, p []byte) (n uintptr, errno Errno) {
	n, _, errno = syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
	return
}

// maxVectors is the most that Linux takes in one call (UIO_MAXIOV).
const maxVectors = 1024

func (s *sockets) sysWritev(fd int, bufs [][]byte) (int, Errno) {
	vectors := s.scratch.vectors[:0]
	for _, b := range bufs {
		if len(b) == 0 {
			continue
		}
		if len(vectors) == maxVectors {
			break
		}
		v := unix.Iovec{Base: &b[0]}
		v.SetLen(len(b))
		vectors = append(vectors, v)
	}
	var msg unix.Msghdr
	msg.Iov = unsafe.SliceData(vectors)
	msg.SetIovlen(len(vectors))
	n, _, errno := syscall.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), unix.MSG_NOSIGNAL)
	clear(vectors) // or the buffers would live until the next vectored write
	s.scratch.vectors = vectors
	return count(n, errno)
}

// sysClose does not block either: the kernel's linger time is never used, nor may who gets at the descriptor set one (F33).
// What a TCP socket has to do at its end takes some 10 µs. Were Go's scheduler told, its monitor would watch that: 0.3 µs a
// connection, by a sampled profile.
func sysClose(fd int) Errno {
	_, _, errno := syscall.RawSyscall6(unix.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
	return errno
}

// sysEpollCtl stands for package unix's, which returns through two functions more.
func sysEpollCtl(epoll, op, fd int, event *unix.EpollEvent) Errno {
	_, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(epoll), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(event)), 0, 0)
	return errno
}

func sysThreadID() int {
	id, _, _ := syscall.RawSyscall6(unix.SYS_GETTID, 0, 0, 0, 0, 0, 0)
	return int(id)
}

// result and count are what a call has returned: a descriptor, or -1 and an error; a number of bytes, or 0 and an
// error.
func result(fd uintptr, errno Errno) (int, Errno) {
	if errno != 0 {
		return -1, errno
	}
	return int(fd), 0
}

func count(n uintptr, errno Errno) (int, Errno) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// peerOf is addrOf for the address that accept4 wrote: without package unix's Sockaddr in between, which would be an
// allocation for every connection.
func (s *sockets) peerOf(raw *unix.RawSockaddrAny, size uint32) Addr {
	switch raw.Addr.Family {
	case unix.AF_INET:
		sa := (*unix.RawSockaddrInet4)(unsafe.Pointer(raw))
		return ipAddr(netip.AddrFrom4(sa.Addr), port(&sa.Port))
	case unix.AF_INET6:
		sa := (*unix.RawSockaddrInet6)(unsafe.Pointer(raw))
		return ipAddr(s.ip6(sa.Addr, sa.Scope_id), port(&sa.Port))
	case unix.AF_UNIX:
		return unixAddr(pathOf((*unix.RawSockaddrUnix)(unsafe.Pointer(raw)), size))
	}
	return Addr{}
}

// port reads a port number, which stands in the order of the network whatever the machine's own is.
func port(p *uint16) int {
	b := (*[2]byte)(unsafe.Pointer(p))
	return int(b[0])<<8 | int(b[1])
}

// pathOf returns the name of a Unix socket as far as the system wrote it: nothing for an unnamed one; "@" in place
// of the NUL that marks an abstract name.
func pathOf(sa *unix.RawSockaddrUnix, size uint32) string {
	path := unsafe.Slice((*byte)(unsafe.Pointer(&sa.Path[0])), len(sa.Path))
	written := int(size) - int(unsafe.Offsetof(sa.Path))
	if written <= 0 {
		return ""
	}
	path = path[:min(written, len(path))] // the size of a path that fills its field counts one NUL beyond it
	if path[0] == 0 {
		return "@" + string(path[1:])
	}
	return unix.ByteSliceToString(path)
}
