//go:build linux

package kqueuemodel

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy/internal/kernel"
)

// queue is a kernel queue: the knotes that were added, and those among them that are active, in the order in which
// they became so.
//
// Under it lies an edge-triggered epoll instance for each direction, so that an edge of one does not activate the
// other's filter. They only say that something happened; what a knote reports is asked of its descriptor.
type queue struct {
	userFilter kernel.KeventFilter // 0: the queue does not know EVFILT_USER
	read       int                 // epoll instance of the EVFILT_READ knotes
	write      int                 // and of the EVFILT_WRITE ones
	trigger    int                 // eventfd that ends a wait for a knote without descriptor

	mu     sync.Mutex
	knotes map[name]*knote
	active []*knote
}

// name is what identifies a knote.
type name struct {
	ident  uintptr
	filter kernel.KeventFilter
}

func newQueue(userFilter kernel.KeventFilter) (*queue, error) {
	q := &queue{userFilter: userFilter, knotes: make(map[name]*knote)}
	var errs [3]error
	q.read, errs[0] = unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	q.write, errs[1] = unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	q.trigger, errs[2] = unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err := errors.Join(errs[:]...); err != nil {
		_ = q.close()
		return nil, err
	}
	return q, nil
}

func (q *queue) close() error {
	return os.NewSyscallError("close", errors.Join(unix.Close(q.read), unix.Close(q.write), unix.Close(q.trigger)))
}

// kevent is kevent(2): a kernel.KeventCall.
func (q *queue) kevent(changes, events []kernel.Kevent, timeout time.Duration) (int, kernel.Errno) {
	failed, errno := q.apply(changes, events)
	if errno != 0 || len(events) == 0 {
		return 0, errno
	}
	if failed > 0 {
		return failed, 0
	}
	for began, left := time.Now(), timeout; ; {
		if n := q.fetch(events); n > 0 || left == 0 {
			return n, 0
		}
		if errno := q.sleep(left); errno != 0 {
			return 0, errno
		}
		if timeout > 0 {
			left = max(0, timeout-time.Since(began))
		}
	}
}

// apply makes the changes. Those that fail become events with EV_ERROR while there is room, and then the call does
// not wait; without room the first one's error ends the call.
func (q *queue) apply(changes, events []kernel.Kevent) (failed int, errno kernel.Errno) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, c := range changes {
		errno := q.change(c)
		if errno == 0 {
			continue
		}
		if failed == len(events) {
			return 0, errno
		}
		events[failed] = c
		events[failed].Flags = kernel.EvError
		events[failed].Data = int64(errno)
		failed++
	}
	return failed, 0
}

// fetch reports active knotes, the first activated first.
func (q *queue) fetch(events []kernel.Kevent) (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.activate(q.read, kernel.EvfiltRead)
	q.activate(q.write, kernel.EvfiltWrite)
	scan := q.active
	q.active = nil
	for i, k := range scan {
		if n == len(events) {
			q.active = append(scan[i:], q.active...)
			break
		}
		if k.report(&events[n]) {
			n++
			q.reported(k)
		}
	}
	return n
}

// reported decides what becomes of a knote whose event was taken.
func (q *queue) reported(k *knote) {
	switch {
	case k.event.Flags&kernel.EvOneshot != 0:
		q.drop(k)
	case k.event.Flags&kernel.EvClear != 0:
		k.triggered = false
	default: // it stays active for as long as its condition holds
		q.active = append(q.active, k)
	}
}

// activate takes in what an epoll instance has noticed.
func (q *queue) activate(epoll int, filter kernel.KeventFilter) {
	var noticed [64]unix.EpollEvent
	for {
		n, err := unix.EpollWait(epoll, noticed[:], 0)
		if err == unix.EINTR {
			continue
		}
		for _, e := range noticed[:max(n, 0)] {
			// A knote that was dropped since is not found, nor one whose descriptor was closed.
			if k := q.knotes[name{uintptr(e.Fd), filter}]; k != nil {
				q.queue(k)
			}
		}
		if n < len(noticed) {
			return
		}
	}
}

// queue makes k active; it stands in the list once.
func (q *queue) queue(k *knote) {
	if !slices.Contains(q.active, k) {
		q.active = append(q.active, k)
	}
}

// sleep blocks until an epoll instance has noticed something or a user event was triggered. It returns EINTR as
// kevent does.
func (q *queue) sleep(left time.Duration) kernel.Errno {
	fds := []unix.PollFd{
		{Fd: int32(q.read), Events: unix.POLLIN},
		{Fd: int32(q.write), Events: unix.POLLIN},
		{Fd: int32(q.trigger), Events: unix.POLLIN},
	}
	var limit *unix.Timespec
	if left >= 0 {
		t := unix.NsecToTimespec(int64(left))
		limit = &t
	}
	_, err := unix.Ppoll(fds, limit, nil)
	if fds[2].Revents != 0 {
		// What triggered it is in the list of active knotes, where the next fetch finds it.
		_, _ = unix.Read(q.trigger, make([]byte, 8))
	}
	return errorOf(err)
}
