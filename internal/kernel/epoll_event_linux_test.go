package kernel

import (
	"testing"

	"golang.org/x/sys/unix"
)

// Each of epoll's bits means one thing, and what it does not tell us of is left out.
func TestEpollEventsAreTranslated(t *testing.T) {
	const token = WakeToken &^ 1
	meanings := map[uint32]Ready{
		unix.EPOLLIN: Readable, unix.EPOLLOUT: Writable, unix.EPOLLRDHUP: ReadClosed, unix.EPOLLHUP: HangUp,
		unix.EPOLLERR: Failed, unix.EPOLLPRI: Urgent,
	}
	all, alone := uint32(0), Ready(0)
	for bit := uint32(1); bit != 0; bit <<= 1 {
		e := unix.EpollEvent{Events: bit}
		setToken(&e, token)
		if got := eventOf(&e); got != (Event{token, meanings[bit]}) {
			t.Errorf("bit %#x: %+v, want %06b", bit, got, meanings[bit])
		}
		all, alone = all|bit, alone|meanings[bit]
	}
	if got := eventOf(&unix.EpollEvent{Events: all}).Ready; got != alone {
		t.Errorf("all bits: %06b, want %06b", got, alone)
	}
}
