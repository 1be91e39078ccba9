//go:build linux

// Package kqueuemodel is a model of kqueue on Linux, written from the manual page kqueue(2) of FreeBSD and macOS. With
// it the kqueue poller, and the whole runtime on it, is tested where there is no kqueue.
//
// It models what the poller uses and a reader of the manual page would expect of it: EVFILT_READ and EVFILT_WRITE on
// sockets and pipes, EVFILT_USER with NOTE_TRIGGER; EV_ADD, EV_DELETE, EV_CLEAR, EV_ONESHOT; EV_EOF with the pending
// error, EV_ERROR; one event for each filter.
//
// Where it differs, because Linux does not tell:
//
//   - Fflags of an EV_EOF is ECONNRESET for every pending error: reading the error would clear it.
//   - Data is the number of bytes for EVFILT_READ on a stream, and 1 on a listener; it is 0 for EVFILT_WRITE.
//   - When the peer ends its direction the write filter may report once more that there is room.
//   - The end of a Unix socket's write direction is not seen when this side has shut it down.
//   - The filters of a descriptor that was closed stay, silent, until the descriptor's number is added again.
//
// A queue is safe for use by several goroutines, as the real one is. Only tests use it.
package kqueuemodel

import (
	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy/internal/kernel"
)

// New returns a kernel of which the poll is a modelled kqueue. Its sockets are this system's.
func New() (kernel.Kernel, error) {
	return open(kernel.EvfiltUser)
}

// NewWithoutUserEvents returns one whose queue does not know EVFILT_USER, as OpenBSD's.
func NewWithoutUserEvents() (kernel.Kernel, error) {
	return open(0)
}

func open(userFilter kernel.KeventFilter) (kernel.Kernel, error) {
	q, err := newQueue(userFilter)
	if err != nil {
		return nil, err
	}
	return kernel.NewKqueue(kernel.Kqueue{Name: "kqueue model", Kevent: q.kevent, Close: q.close})
}

// errorOf is what a change that fails puts into Data, or the call returns.
func errorOf(err error) kernel.Errno {
	if err == nil {
		return 0
	}
	return err.(unix.Errno)
}
