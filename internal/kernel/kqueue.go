//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// This file, kqueue_wait.go and the wake-ups are the poller of macOS and the BSDs. They make one system call, through
// a function value, so they compile on Linux too, where a model of kevent (package kqueuemodel) stands in for the
// system.

// KeventCall is kevent(2) on one queue. It applies changes and then, if events is not empty, waits until there is
// something to report, for at most timeout, or for ever if that is negative. Where events is empty the first change
// that fails ends the call with its error. It may return EINTR. It is for any goroutine, and keeps neither slice.
type KeventCall func(changes, events []Kevent, timeout time.Duration) (n int, errno Errno)

// Kqueue is an open kernel queue. It is exported for the model alone.
type Kqueue struct {
	Name   string
	Kevent KeventCall
	Close  func() error
}

// kqueue is the poller on a Kqueue. A descriptor has two filters, one for each direction, added together and on edges
// (EV_CLEAR), so an event tells of one direction, and of its end.
type kqueue struct {
	sockets
	queue      Kqueue
	wakeup     wakeup
	registered descriptorSet
	changes    [2]Kevent // both filters of one descriptor; memory that the calls reuse
	fetched    []Kevent  // what the kernel fills; as long as the longest events that Wait was given
}

// NewKqueue returns a kernel that polls queue and makes this system's socket calls. It owns queue from now on, also
// if it fails.
func NewKqueue(queue Kqueue) (Kernel, error) {
	k, err := newKqueue(queue)
	if err != nil {
		_ = queue.Close()
		return nil, err
	}
	return k, nil
}

func newKqueue(queue Kqueue) (*kqueue, error) {
	k := &kqueue{sockets: newSockets(), queue: queue}
	wakeup, errno := newUserEvent(queue.Kevent)
	if errno == unix.EINVAL { // no such filter: OpenBSD, and NetBSD before 10
		wakeup, errno = k.newWakePipe()
	}
	if errno != 0 {
		return nil, os.NewSyscallError("kevent", errno)
	}
	k.wakeup = wakeup
	return k, nil
}

// Name names the mechanism.
func (k *kqueue) Name() string { return k.queue.Name }

// BlocksThread reports that Wait blocks the thread.
func (k *kqueue) BlocksThread() bool { return true }

// ReportsUrgent reports that Urgent never comes: a filter does not say of which kind new bytes are (F31).
func (k *kqueue) ReportsUrgent() bool { return false }

// Register makes fd's events carry token. kqueue itself would take a second registration for a change of the first,
// and the first one's events would be lost to it; so the set of registered descriptors is kept here (F6).
func (k *kqueue) Register(fd int, token Token) Errno {
	if k.registered.has(fd) {
		return unix.EEXIST
	}
	k.counters.Registers++
	errno := k.changeBoth(fd, EvAdd|EvClear, token)
	if errno != 0 {
		// The read filter may be there already. If it is not, this fails, and that is as well.
		k.changeBoth(fd, EvDelete, token)
		return errno
	}
	k.registered.add(fd)
	return 0
}

// Deregister takes both filters away, and with them the events that have not been fetched.
func (k *kqueue) Deregister(fd int) Errno {
	k.registered.remove(fd)
	k.counters.Deregisters++
	return k.changeBoth(fd, EvDelete, 0)
}

// changeBoth makes the same change to both filters of fd, in one call.
func (k *kqueue) changeBoth(fd int, flags KeventFlags, token Token) Errno {
	k.changes[0] = newKevent(uintptr(fd), EvfiltRead, flags, 0, token)
	k.changes[1] = newKevent(uintptr(fd), EvfiltWrite, flags, 0, token)
	return change(k.queue.Kevent, k.changes[:])
}

// change applies changes and fetches nothing.
func change(kevent KeventCall, changes []Kevent) Errno {
	for {
		// Without room for events a signal finds the changes made; making them again does no harm.
		if _, errno := kevent(changes, nil, 0); errno != unix.EINTR {
			return errno
		}
	}
}

// Wake ends the current or the next Wait. It is for any goroutine.
func (k *kqueue) Wake() { k.wakeup.wake() }

// End closes the queue and the wake-up.
func (k *kqueue) End() error {
	k.wakeup.close()
	return k.queue.Close()
}

// newKevent is the manual page's EV_SET, with a token for the user data.
func newKevent(ident uintptr, filter KeventFilter, flags KeventFlags, fflags uint32, token Token) Kevent {
	ev := Kevent{Ident: ident, Filter: filter, Flags: flags, Fflags: fflags}
	ev.Udata[0] = uintptr(token)
	return ev
}

// Token returns what the event's filter was registered with.
func (ev *Kevent) Token() Token { return Token(ev.Udata[0]) }
