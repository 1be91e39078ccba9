//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"time"

	"golang.org/x/sys/unix"
)

// The longest and the finest wait that is asked of the system in one call. Wait asks again until the time is over.
const (
	// longestWait is less than what each of the systems takes: macOS and NetBSD refuse waits of more than 10^8
	// seconds with EINVAL, and FreeBSD's seconds have 32 bits on 386. Picked, and what Go's runtime uses.
	longestWait = 1e6 * time.Second
	// finestWait is macOS's: it cuts a wait down to whole microseconds, so the last one of a wait would spin.
	finestWait = time.Microsecond
)

// Wait fetches events, waiting for the first one.
func (k *kqueue) Wait(events []Event, timeout time.Duration) (int, Errno) {
	if len(events) == 0 {
		return 0, unix.EINVAL // kevent would not wait at all
	}
	if len(k.fetched) < len(events) {
		k.fetched = make([]Kevent, len(events))
	}
	var began time.Duration
	if timeout > 0 {
		began = k.Now()
	}
	for left := timeout; ; {
		k.counters.Waits++
		if left != 0 {
			k.counters.Blocks++
		}
		n, errno := k.queue.Kevent(nil, k.fetched[:len(events)], waitFor(left))
		switch errno {
		case 0, unix.ETIMEDOUT: // the latter from macOS, whose manual page does not know it (golang#59679)
			if n > 0 {
				return k.take(events, k.fetched[:n]), 0
			}
		case unix.EINTR: // a signal: Go's preemption sends many (F4)
		default:
			return 0, errno
		}
		if timeout > 0 {
			left = max(0, timeout-(k.Now()-began))
		}
		if left == 0 && errno != unix.EINTR { // an interrupted call has not looked
			return 0, 0
		}
	}
}

// waitFor returns what to ask of the system where left of a wait is left: no less, where it can take it, so that it
// does not come back early and spin.
func waitFor(left time.Duration) time.Duration {
	switch {
	case left <= 0:
		return left
	case left >= longestWait:
		return longestWait
	}
	return (left + finestWait - 1) / finestWait * finestWait
}

// take turns what was fetched into events, one for one: the two directions of a descriptor come as two.
func (k *kqueue) take(events []Event, fetched []Kevent) int {
	for i := range fetched {
		ev := &fetched[i]
		if ev.Token() == WakeToken {
			k.wakeup.fetched()
		}
		events[i] = Event{Token: ev.Token(), Ready: readyOf(ev)}
	}
	k.counters.Events += uint64(len(fetched))
	return len(fetched)
}

// readyOf translates what a filter reports.
//
// The end of the write direction comes with a hang-up, but this side's own Shutdown causes it too, and the two look
// alike. A hang-up makes both directions try their calls and nothing else (F12), so saying it too often does no harm.
func readyOf(ev *Kevent) Ready {
	ready, end := Readable, ReadClosed
	if ev.Filter == EvfiltWrite {
		ready, end = Writable, HangUp
	}
	if ev.Flags&EvEOF != 0 {
		ready |= end
		if ev.Fflags != 0 { // the socket's pending error
			ready |= Failed
		}
	}
	if ev.Flags&EvError != 0 { // the filter itself failed, and Data says why; the call will find out as well
		ready |= Failed
	}
	return ready
}
