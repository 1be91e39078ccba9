//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

// wakeup is what ends a wait in a kqueue from outside: something registered under WakeToken. There are two, an event
// of our own and, where the system has none, a pipe.
type wakeup interface {
	// wake makes the queue report WakeToken. It is for any goroutine.
	wake()
	// fetched is called when a wait has fetched that event, before it returns.
	fetched()
	// close gives back what the wake-up holds; the queue may stay open.
	close()
}

// userEvent is the wake-up by EVFILT_USER: a filter that waits for nothing but its trigger. It needs no descriptor,
// and any number of triggers before the next wait are one event.
type userEvent struct {
	kevent  KeventCall
	trigger [1]Kevent // never written again, so that all goroutines may hand it to the kernel
}

// wakeIdent identifies the event among those of EVFILT_USER. They have their numbers to themselves, so it is no
// descriptor's.
const wakeIdent = 0

// newUserEvent fails with EINVAL where the system does not know the filter.
func newUserEvent(kevent KeventCall) (wakeup, Errno) {
	errno := change(kevent, []Kevent{newKevent(wakeIdent, EvfiltUser, EvAdd|EvClear, 0, WakeToken)})
	if errno != 0 {
		return nil, errno
	}
	// The trigger repeats the token, because a change sets it anew.
	return &userEvent{
		kevent:  kevent,
		trigger: [1]Kevent{newKevent(wakeIdent, EvfiltUser, 0, NoteTrigger, WakeToken)},
	}, 0
}

// wake cannot fail: the filter is there until the queue is closed.
func (w *userEvent) wake() { change(w.kevent, w.trigger[:]) }

func (w *userEvent) fetched() {} // EV_CLEAR has reset it

func (w *userEvent) close() {} // it goes with the queue
