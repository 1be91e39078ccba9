package kernel

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// eventfd is the wake-up of Linux: a counter in the kernel, registered with the poller under WakeToken.
//
// It is edge-triggered and never read. Each write is an edge of its own; the counter only grows, by one a wake, and
// is full after 2^64 of them.
type eventfd int

func newEventfd() (int, error) {
	return unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
}

// write makes one edge. It is for any goroutine and does not block; it cannot fail while the descriptor is open.
func (e eventfd) write() {
	one := uint64(1)
	_, _, _ = syscall.RawSyscall(unix.SYS_WRITE, uintptr(e), uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
}
