package kernel

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// epoll is the poller of Linux. A descriptor is registered once, for everything, on edges; from then on the only
// calls are waits.
type epoll struct {
	sockets
	fd     int
	wakeup eventfd

	raw    []unix.EpollEvent // what the system fills; as long as the longest events that Wait was given
	found  int               // how many events the last Wait brought
	pwait2 sleepCall         // epoll_pwait2; nil once the system has refused it
}

func newEpoll() (*epoll, error) {
	k := &epoll{sockets: newSockets(), pwait2: epollPwait2}
	fd, err := k.openAbove("epoll_create1", func() (int, error) { return unix.EpollCreate1(unix.EPOLL_CLOEXEC) })
	if err != nil {
		return nil, err
	}
	k.fd = fd
	if fd, err = k.openAbove("eventfd", newEventfd); err != nil {
		k.Close(k.fd)
		return nil, err
	}
	k.wakeup = eventfd(fd)
	if errno := k.add(fd, unix.EPOLLIN|unix.EPOLLET, WakeToken); errno != 0 {
		_ = k.End()
		return nil, os.NewSyscallError("epoll_ctl", errno)
	}
	return k, nil
}

// openAbove opens a descriptor and moves it above the standard ones.
func (k *epoll) openAbove(call string, open func() (int, error)) (int, error) {
	fd, err := open()
	if err != nil {
		return -1, os.NewSyscallError(call, err)
	}
	fd, errno := k.aboveStandard(fd)
	if errno != 0 {
		return -1, os.NewSyscallError("fcntl", errno)
	}
	return fd, nil
}

// Name returns "epoll".
func (k *epoll) Name() string { return "epoll" }

// BlocksThread reports true: the system waits with the thread that called.
func (k *epoll) BlocksThread() bool { return true }

// ReportsUrgent reports true.
func (k *epoll) ReportsUrgent() bool { return true }

// everything is what a source is registered for: both directions, half-close and urgent data, on edges. Hang-up and
// errors are reported in any case.
const everything = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLPRI | unix.EPOLLET

// Register adds fd to the poll.
func (k *epoll) Register(fd int, token Token) Errno {
	k.counters.Registers++
	return k.add(fd, everything, token)
}

func (k *epoll) add(fd int, events uint32, token Token) Errno {
	event := unix.EpollEvent{Events: events}
	setToken(&event, token)
	return sysEpollCtl(k.fd, unix.EPOLL_CTL_ADD, fd, &event)
}

// Deregister takes fd out of the poll. It must come before Close: while a duplicate of fd lives in another process,
// closing alone leaves a registration that nobody can remove (F3).
func (k *epoll) Deregister(fd int) Errno {
	k.counters.Deregisters++
	return sysEpollCtl(k.fd, unix.EPOLL_CTL_DEL, fd, nil)
}

// Wait fills events and returns how many.
func (k *epoll) Wait(events []Event, timeout time.Duration) (n int, errno Errno) {
	raw := k.buffer(len(events))
	if timeout == 0 || k.tryFirst() {
		n, errno = k.try(raw)
	}
	if n == 0 && errno == 0 && timeout != 0 {
		n, errno = k.sleep(raw, timeout)
	}
	for i := range n {
		events[i] = eventOf(&raw[i])
	}
	k.found = n
	k.counters.Events += uint64(n)
	return n, errno
}

// tryFirst decides whether a Wait that may block first asks without blocking. A try spares what blocking costs even
// when there is nothing to wait for (leaving Go's scheduler and coming back), but one that finds nothing is a call
// too many. When the last wait brought several events the load is such that more have come meanwhile; after a single
// event or none the next one is likely to be waited for.
func (k *epoll) tryFirst() bool { return k.found > 1 }

// buffer returns room for n of the system's events.
func (k *epoll) buffer(n int) []unix.EpollEvent {
	if n > len(k.raw) {
		k.raw = make([]unix.EpollEvent, n)
	}
	return k.raw[:n]
}

// Wake ends the current or the next Wait. It is for any goroutine.
func (k *epoll) Wake() { k.wakeup.write() }

// End closes the poll and the wake-up's descriptor.
func (k *epoll) End() error {
	wakeup, poll := k.Close(int(k.wakeup)), k.Close(k.fd)
	if wakeup != 0 {
		return os.NewSyscallError("close", wakeup)
	}
	if poll != 0 {
		return os.NewSyscallError("close", poll)
	}
	return nil
}

// setToken and tokenOf keep a token in the 64 bits that epoll hands back as they are. Package unix splits them into
// two fields, Fd and Pad. Integers only: the garbage collector does not see what the system keeps (F2).
func setToken(e *unix.EpollEvent, t Token) {
	e.Fd, e.Pad = int32(uint32(t)), int32(uint32(uint64(t)>>32))
}

func tokenOf(e *unix.EpollEvent) Token {
	return Token(uint64(uint32(e.Pad))<<32 | uint64(uint32(e.Fd)))
}

// eventOf translates epoll's bits, which stand in the order of ours, but for EPOLLRDHUP. That is the peer's half-close
// and no more: the bytes before it are still to be read, and a reply may still be sent (F10).
func eventOf(e *unix.EpollEvent) Event {
	const (
		alike    = unix.EPOLLIN | unix.EPOLLPRI | unix.EPOLLOUT | unix.EPOLLERR | unix.EPOLLHUP
		distance = unix.EPOLLRDHUP / uint32(ReadClosed)
	)
	return Event{Token: tokenOf(e), Ready: Ready(e.Events&alike | e.Events&unix.EPOLLRDHUP/distance)}
}
