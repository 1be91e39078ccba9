package kernel

import (
	"math"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Three ways into epoll's wait: try, which does not block and stays out of Go's scheduler, and two that block, with a
// timeout in nanoseconds or, where the system lacks that, in milliseconds.

// sleepCall waits for at most timeout, and for ever if it is negative. It may come back early: interrupted, or
// because the system cannot count as far as timeout.
type sleepCall func(fd int, raw []unix.EpollEvent, timeout time.Duration) (int, Errno)

// try returns what has happened already.
func (k *epoll) try(raw []unix.EpollEvent) (int, Errno) {
	for {
		k.counters.Waits++
		n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(k.fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(raw))), uintptr(len(raw)), 0, 0, 0)
		if errno != unix.EINTR {
			return count(n, errno)
		}
	}
}

// sleep waits until something happens or timeout has passed, whatever interrupts it: signals (Go's scheduler sends
// one to preempt a goroutine, F4), or a timeout that the system cannot express. It never ends early by its own clock
// (F16).
func (k *epoll) sleep(raw []unix.EpollEvent, timeout time.Duration) (int, Errno) {
	var begin time.Duration
	if timeout > 0 {
		begin = k.Now()
	}
	left := timeout
	for {
		n, errno := k.block(raw, left)
		if n > 0 || errno != 0 && errno != unix.EINTR {
			return n, errno
		}
		if timeout > 0 {
			if left = timeout - (k.Now() - begin); left <= 0 {
				return 0, 0
			}
		}
	}
}

// block makes one call that blocks. Old systems answer ENOSYS to epoll_pwait2, sandboxes that do not know it EPERM;
// both mean that it is not here.
func (k *epoll) block(raw []unix.EpollEvent, timeout time.Duration) (int, Errno) {
	k.countBlock()
	if k.pwait2 != nil {
		n, errno := k.pwait2(k.fd, raw, timeout)
		if errno != unix.ENOSYS && errno != unix.EPERM {
			return n, errno
		}
		k.pwait2 = nil
		k.countBlock()
	}
	return epollPwait(k.fd, raw, timeout)
}

func (k *epoll) countBlock() {
	k.counters.Waits++
	k.counters.Blocks++
}

// kernelTimespec is the system's struct __kernel_timespec: 64 bits each on every architecture, which unix.Timespec
// is not.
type kernelTimespec struct{ sec, nsec int64 }

func epollPwait2(fd int, raw []unix.EpollEvent, timeout time.Duration) (int, Errno) {
	limit := &kernelTimespec{int64(timeout / time.Second), int64(timeout % time.Second)}
	if timeout < 0 {
		limit = nil
	}
	n, _, errno := syscall.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(raw))), uintptr(len(raw)), uintptr(unsafe.Pointer(limit)), 0, 0)
	return count(n, errno)
}

func epollPwait(fd int, raw []unix.EpollEvent, timeout time.Duration) (int, Errno) {
	n, _, errno := syscall.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(fd),
		uintptr(unsafe.Pointer(unsafe.SliceData(raw))), uintptr(len(raw)), uintptr(milliseconds(timeout)), 0, 0)
	return count(n, errno)
}

// milliseconds rounds up, so that no wait ends early, and stops at what the system takes: 24 days.
func milliseconds(timeout time.Duration) int32 {
	if timeout < 0 {
		return -1
	}
	ms := timeout / time.Millisecond
	if timeout%time.Millisecond > 0 {
		ms++
	}
	return int32(min(ms, math.MaxInt32))
}
