//go:build darwin || freebsd || netbsd || dragonfly

package kernel

import "golang.org/x/sys/unix"

// silence keeps writes to the socket from raising SIGPIPE.
func silence(fd int) Errno {
	return errnoOf(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NOSIGPIPE, 1))
}
