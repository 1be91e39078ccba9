package simnet

import (
	"hash/crc32"
	"syscall"

	"github.com/eddy-go/eddy/internal/kernel"
)

// Read reads into p, which is not empty. 0 with no error is the end of the stream.
func (k *Kernel) Read(fd int, p []byte) (n int, errno kernel.Errno) {
	k.counters.Receives++
	if !k.enter() {
		return 0, syscall.EIO
	}
	s, errno := k.socket(fd)
	switch {
	case errno != 0:
	case s.end == nil && s.unix:
		errno = syscall.EINVAL
	case s.end == nil:
		errno = syscall.ENOTCONN
	default:
		n, errno = s.end.read(p)
	}
	k.done("read", fd, summed(p[:n]), uint64(n), errno)
	return n, errno
}

// Write writes some of p, which is not empty.
func (k *Kernel) Write(fd int, p []byte) (n int, errno kernel.Errno) {
	k.counters.Sends++
	if !k.enter() {
		return 0, syscall.EIO
	}
	e, errno := k.writer(fd)
	if errno == 0 {
		n, errno = e.write(p)
	}
	k.done("write", fd, summed(p[:n]), uint64(n), errno)
	return n, errno
}

func (k *Kernel) writer(fd int) (*end, kernel.Errno) {
	s, errno := k.socket(fd)
	switch {
	case errno != 0:
		return nil, errno
	case s.end == nil && s.unix:
		return nil, syscall.ENOTCONN
	case s.end == nil:
		return nil, syscall.EPIPE
	}
	return s.end, 0
}

// maxVectors is the most that Linux takes in one call (UIO_MAXIOV).
const maxVectors = 1024

// Writev writes some of the buffers, in order. Where there is nothing to write it makes no call.
func (k *Kernel) Writev(fd int, bufs [][]byte) (n int, errno kernel.Errno) {
	for len(bufs) > 0 && len(bufs[0]) == 0 {
		bufs = bufs[1:]
	}
	if len(bufs) == 0 {
		return 0, 0
	}
	k.counters.Sends++
	if !k.enter() {
		return 0, syscall.EIO
	}
	e, errno := k.writer(fd)
	sum := uint32(0)
	for i := 0; errno == 0 && i < min(len(bufs), maxVectors); i++ {
		if len(bufs[i]) == 0 {
			continue
		}
		var m int
		m, errno = e.write(bufs[i])
		sum = crc32.Update(sum, castagnoli, bufs[i][:m])
		n += m
		if m < len(bufs[i]) {
			break
		}
	}
	if n > 0 {
		errno = 0
	}
	k.done("writev", fd, uint64(sum), uint64(n), errno)
	return n, errno
}
