//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"math"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// wait makes one Wait and checks what it returned.
func (s *script) wait(timeout time.Duration, wantN int, wantErrno Errno) {
	s.Helper()
	n, errno := s.k.Wait(make([]Event, 8), timeout)
	if n != wantN || errno != wantErrno {
		s.Errorf("Wait(%v): %d, %v; want %d, %v", timeout, n, errno, wantN, wantErrno)
	}
	s.done()
	if calls := s.k.counters.Waits; calls != uint64(len(s.calls)) {
		s.Errorf("%d waits counted, %d made", calls, len(s.calls))
	}
}

// wantTimeout checks the timeout of a call: what was left by the script's clock, and a little less, because the real
// time goes on.
func (s *script) wantTimeout(call int, want time.Duration) {
	s.Helper()
	const little = time.Minute
	if got := s.calls[call].timeout; got > want || got < want-little {
		s.Errorf("call %d waits for %v, want %v", call, got, want)
	}
}

// F4
func TestInterruptedWaitGoesOnWithTheTimeLeft(t *testing.T) {
	_, s := scripted(t,
		answer{errno: unix.EINTR, took: 10 * time.Hour},
		answer{errno: unix.EINTR, took: 2 * time.Hour},
		answer{took: 12 * time.Hour},
	)
	s.wait(24*time.Hour, 0, 0)
	s.wantTimeout(0, 24*time.Hour)
	s.wantTimeout(1, 14*time.Hour)
	s.wantTimeout(2, 12*time.Hour)
}

// F4: also one whose time is over looks once more, so no number of signals hides an event.
func TestInterruptedWaitLooksAgain(t *testing.T) {
	readable := answer{events: []Kevent{newKevent(4, EvfiltRead, EvClear, 0, 9)}}
	for _, timeout := range []time.Duration{-1, 0, time.Hour} {
		_, s := scripted(t, answer{errno: unix.EINTR, took: 2 * time.Hour}, readable)
		s.wait(timeout, 1, 0)
		if want := min(timeout, 0); s.calls[1].timeout != want {
			t.Errorf("Wait(%v): after the signal %v, want %v", timeout, s.calls[1].timeout, want)
		}
	}
}

// F16
func TestWaitThatComesBackEarlyGoesOn(t *testing.T) {
	_, s := scripted(t, answer{took: time.Hour}, answer{errno: unix.ETIMEDOUT, took: time.Hour}, answer{took: 22 * time.Hour})
	s.wait(24*time.Hour, 0, 0)
	s.wantTimeout(2, 22*time.Hour)
}

// F15
func TestLongWaitIsMadeOfSeveral(t *testing.T) {
	_, s := scripted(t, answer{took: longestWait}, answer{took: longestWait}, answer{took: longestWait})
	s.wait(2*longestWait+longestWait/2, 0, 0)
	if s.calls[0].timeout != longestWait || s.calls[1].timeout != longestWait {
		t.Errorf("%v", s.calls)
	}
	s.wantTimeout(2, longestWait/2)
}

// F15, F16
func TestWaitIsRoundedUp(t *testing.T) {
	for left, want := range map[time.Duration]time.Duration{
		math.MinInt64:    math.MinInt64,
		-1:               -1,
		0:                0,
		1:                time.Microsecond,
		time.Microsecond: time.Microsecond,
		1001:             2 * time.Microsecond,
		longestWait - 1:  longestWait,
		longestWait + 1:  longestWait,
		math.MaxInt64:    longestWait,
	} {
		if got := waitFor(left); got != want {
			t.Errorf("%d left: asked for %d, want %d", left, got, want)
		}
	}
}

func TestWaitReturnsItsErrors(t *testing.T) {
	k, s := scripted(t, answer{errno: unix.EBADF})
	s.wait(-1, 0, unix.EBADF)
	if _, errno := k.Wait(nil, -1); errno != unix.EINVAL {
		t.Errorf("without room: %v", errno)
	}
}

func TestWaitTakesNoMoreThanThereIsRoomFor(t *testing.T) {
	k, s := scripted(t, answer{}, answer{}, answer{})
	for i, room := range []int{3, 8, 1} {
		if _, errno := k.Wait(make([]Event, room), 0); errno != 0 || s.calls[i].room != room {
			t.Errorf("room for %d: asked for %d, %v", room, s.calls[i].room, errno)
		}
	}
}

// F10: the end of the peer's direction is no hang-up. F12: an error is passed on.
func TestFilterIsTranslated(t *testing.T) {
	for _, c := range []struct {
		filter KeventFilter
		flags  KeventFlags
		fflags uint32
		want   Ready
	}{
		{EvfiltRead, EvClear, 0, Readable},
		{EvfiltRead, EvClear | EvEOF, 0, Readable | ReadClosed},
		{EvfiltRead, EvClear | EvEOF, uint32(unix.ECONNRESET), Readable | ReadClosed | Failed},
		{EvfiltRead, EvError, 0, Readable | Failed},
		{EvfiltWrite, EvClear, 0, Writable},
		{EvfiltWrite, EvClear | EvEOF, 0, Writable | HangUp},
		{EvfiltWrite, EvClear | EvEOF, uint32(unix.ECONNREFUSED), Writable | HangUp | Failed},
		{EvfiltWrite, EvError, 0, Writable | Failed},
		{EvfiltWrite, EvClear, 1, Writable}, // without an end the field is no error
	} {
		ev := newKevent(4, c.filter, c.flags, c.fflags, 9)
		if got := readyOf(&ev); got != c.want {
			t.Errorf("filter %d, flags %#x, fflags %d: %06b, want %06b", c.filter, c.flags, c.fflags, got, c.want)
		}
	}
}

func TestWaitAllocatesNothing(t *testing.T) {
	readable := newKevent(4, EvfiltRead, EvClear, 0, 9)
	k, err := newKqueue(Kqueue{Kevent: func(_, events []Kevent, _ time.Duration) (int, Errno) {
		if len(events) == 0 {
			return 0, 0
		}
		events[0] = readable
		return 1, 0
	}})
	if err != nil {
		t.Fatal(err)
	}
	events := make([]Event, 8)
	if n := testing.AllocsPerRun(100, func() { k.Wait(events, time.Second) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
