//go:build linux

package kqueuemodel

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy/internal/kernel"
)

// knote is one filter on one identifier.
type knote struct {
	name
	event     kernel.Kevent // as it was added; what a report starts from
	triggered bool          // of EVFILT_USER alone: its condition
}

// change applies one entry of a change list.
func (q *queue) change(c kernel.Kevent) kernel.Errno {
	n := name{c.Ident, c.Filter}
	if !q.knows(c.Filter) {
		return unix.EINVAL
	}
	k := q.knotes[n]
	switch {
	case c.Flags&kernel.EvDelete != 0:
		if k == nil {
			return q.absent(n)
		}
		return q.drop(k)
	case c.Flags&kernel.EvAdd != 0:
		if errno := q.watch(n); errno != 0 {
			return errno
		}
		if k == nil {
			k = &knote{name: n}
			q.knotes[n] = k
		}
		k.event = c
	case k == nil:
		return q.absent(n)
	default: // not an addition: the flags stay
		c.Flags = k.event.Flags
		k.event = c
	}
	if c.Filter == q.userFilter && c.Fflags&kernel.NoteTrigger != 0 {
		q.pull(k)
	}
	return 0
}

// absent is why a knote that was not added cannot be changed: EBADF where its descriptor is not open, else ENOENT.
func (q *queue) absent(n name) kernel.Errno {
	if n.filter != q.userFilter && poll(n.ident)&unix.POLLNVAL != 0 {
		return unix.EBADF
	}
	return unix.ENOENT
}

func (q *queue) knows(filter kernel.KeventFilter) bool {
	switch filter {
	case kernel.EvfiltRead, kernel.EvfiltWrite:
		return true
	}
	return q.userFilter != 0 && filter == q.userFilter
}

// watch has epoll tell of n's changes, and of its state as it is now. Adding a filter again modifies it and looks at
// its condition anew. One that epoll has lost was the filter of a descriptor that was closed.
func (q *queue) watch(n name) kernel.Errno {
	errno := q.control(unix.EPOLL_CTL_MOD, n)
	if errno == unix.ENOENT {
		errno = q.control(unix.EPOLL_CTL_ADD, n)
	}
	return errno
}

func (q *queue) control(op int, n name) kernel.Errno {
	e := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET, Fd: int32(n.ident)}
	epoll := q.read
	switch n.filter {
	case kernel.EvfiltWrite:
		e.Events, epoll = unix.EPOLLOUT|unix.EPOLLET, q.write
	case q.userFilter:
		return 0 // nothing for epoll to watch
	}
	return errorOf(unix.EpollCtl(epoll, op, int(n.ident), &e))
}

// pull triggers a user event, and ends the waits that sleep.
func (q *queue) pull(k *knote) {
	k.triggered = true
	q.queue(k)
	_, _ = unix.Write(q.trigger, []byte{7: 1})
}

// drop forgets k and its activity. It fails where k's descriptor was closed, and k is gone all the same.
func (q *queue) drop(k *knote) kernel.Errno {
	delete(q.knotes, k.name)
	q.active = slices.DeleteFunc(q.active, func(a *knote) bool { return a == k })
	return q.control(unix.EPOLL_CTL_DEL, k.name)
}

// report asks whether k's condition still holds and writes its event. What was read away since is not reported.
func (k *knote) report(event *kernel.Kevent) bool {
	*event = k.event
	event.Flags &^= kernel.EvAdd
	event.Fflags = 0
	switch k.filter {
	case kernel.EvfiltRead:
		return k.reportRead(event)
	case kernel.EvfiltWrite:
		return k.reportWrite(event)
	}
	return k.triggered
}

func (k *knote) reportRead(event *kernel.Kevent) bool {
	state := poll(k.ident)
	if state&unix.POLLNVAL != 0 {
		return false
	}
	n, err := unix.IoctlGetInt(int(k.ident), unix.TIOCINQ)
	if err != nil { // a listener
		n = 1
	}
	event.Data = int64(n)
	if state&(unix.POLLRDHUP|unix.POLLHUP) != 0 {
		event.Flags |= kernel.EvEOF
		event.Fflags = pending(state)
	}
	return state&(unix.POLLIN|unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
}

func (k *knote) reportWrite(event *kernel.Kevent) bool {
	state := poll(k.ident)
	if state&unix.POLLNVAL != 0 {
		return false
	}
	if state&(unix.POLLHUP|unix.POLLERR) != 0 || sendingEnded(int(k.ident)) {
		event.Flags |= kernel.EvEOF
		event.Fflags = pending(state)
	}
	return state&(unix.POLLOUT|unix.POLLHUP|unix.POLLERR) != 0
}

// poll returns a descriptor's state. POLLHUP is what Linux says when both directions have ended.
func poll(ident uintptr) int16 {
	fds := []unix.PollFd{{Fd: int32(ident), Events: unix.POLLIN | unix.POLLOUT | unix.POLLRDHUP}}
	for {
		if _, err := unix.Poll(fds, 0); err != unix.EINTR {
			return fds[0].Revents
		}
	}
}

func pending(state int16) uint32 {
	if state&unix.POLLERR != 0 {
		return uint32(unix.ECONNRESET)
	}
	return 0
}

// sendingEnded reports whether this side of a TCP connection has shut its write direction down.
func sendingEnded(fd int) bool {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return false
	}
	switch info.State {
	case tcpFinWait1, tcpFinWait2, tcpTimeWait, tcpLastAck, tcpClosing:
		return true
	}
	return false
}

// The states of a TCP connection whose write direction is closed, by the numbers of Linux's netinet/tcp.h.
const (
	tcpFinWait1 = 4
	tcpFinWait2 = 5
	tcpTimeWait = 6
	tcpLastAck  = 9
	tcpClosing  = 11
)
