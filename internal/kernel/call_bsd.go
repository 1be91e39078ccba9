//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import "golang.org/x/sys/unix"

// The calls of the hot path, made through package unix: macOS and OpenBSD take system calls from their libraries
// alone. They enter the scheduler's hooks.
//
// No write raises SIGPIPE. Where the system has SO_NOSIGPIPE every socket has it set; besides, Go's runtime ignores
// the signal for descriptors other than 1 and 2, which sockets never take.

// scratch is empty: package unix leaves no memory to reuse.
type scratch struct{}

// most is the most bytes that one call is given: macOS and FreeBSD refuse 2 GiB and more with EINVAL. Picked, and
// what package os uses.
const most = 1 << 30

func sysRead(fd int, p []byte) (int, Errno) {
	n, err := unix.Read(fd, p[:min(len(p), most)])
	return count(n, err)
}

func sysWrite(fd int, p []byte) (int, Errno) {
	n, err := unix.Write(fd, p[:min(len(p), most)])
	return count(n, err)
}

// maxVectors is the most that the systems take in one call (UIO_MAXIOV).
const maxVectors = 1024

func (s *sockets) sysWritev(fd int, bufs [][]byte) (int, Errno) {
	vectors, bytes := 0, 0
	for vectors < min(len(bufs), maxVectors) && len(bufs[vectors]) <= most-bytes {
		bytes += len(bufs[vectors])
		vectors++
	}
	if vectors == 0 {
		return sysWrite(fd, bufs[0])
	}
	n, err := unix.SendmsgBuffers(fd, bufs[:vectors], nil, nil, 0)
	return count(n, err)
}

// count is what a call has returned: a number of bytes, or 0 and an error.
func count(n int, err error) (int, Errno) {
	if err != nil {
		return 0, errnoOf(err)
	}
	return n, 0
}

func sysClose(fd int) Errno { return errnoOf(unix.Close(fd)) }

// sysThreadID returns 0: package unix offers no identity of a thread here.
func sysThreadID() int { return 0 }
