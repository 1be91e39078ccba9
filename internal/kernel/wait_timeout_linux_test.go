package kernel

import (
	"math"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// F16: milliseconds are rounded up; F15: what the system cannot count is cut, not wrapped.
func TestMillisecondsAreRoundedUp(t *testing.T) {
	const longest = math.MaxInt32 * time.Millisecond
	for timeout, want := range map[time.Duration]int32{
		-1:                       -1,
		math.MinInt64:            -1,
		0:                        0,
		1:                        1,
		999_999:                  1,
		time.Millisecond:         1,
		time.Millisecond + 1:     2,
		10*time.Millisecond - 1:  10,
		longest - 1:              math.MaxInt32,
		longest:                  math.MaxInt32,
		longest + 1:              math.MaxInt32,
		400 * 24 * time.Hour:     math.MaxInt32,
		math.MaxInt64:            math.MaxInt32,
		24*time.Hour + 1*1000*10: 24*3600*1000 + 1,
	} {
		if got := milliseconds(timeout); got != want {
			t.Errorf("%v: %d ms, want %d", timeout, got, want)
		}
	}
}

// Old systems answer ENOSYS to epoll_pwait2, some sandboxes EPERM. Both mean that it is not here: it is not asked
// again, and waits are still never early.
func TestWaitWithoutNanoseconds(t *testing.T) {
	for _, answer := range []Errno{unix.ENOSYS, unix.EPERM} {
		k := openEpoll(t)
		events := make([]Event, 4)
		calls := 0
		k.pwait2 = func(int, []unix.EpollEvent, time.Duration) (int, Errno) {
			calls++
			return 0, answer
		}
		for _, timeout := range []time.Duration{1, 300 * time.Microsecond, 1_200_000, 3 * time.Millisecond} {
			begin := k.Now()
			n, errno := k.Wait(events, timeout)
			if waited := k.Now() - begin; n != 0 || errno != 0 || waited < timeout {
				t.Errorf("%v: %d events, %v after %v of %v", answer, n, errno, waited, timeout)
			}
		}
		k.Wake()
		if n, errno := k.Wait(events, -1); n != 1 || errno != 0 || events[0] != (Event{WakeToken, Readable}) {
			t.Errorf("%v: %d events, %v: %v", answer, n, errno, events)
		}
		if calls != 1 {
			t.Errorf("%v: asked %d times", answer, calls)
		}
	}
}

// A wait in nanoseconds is one call: no rounding, no second look.
func TestWaitWithNanosecondsIsOneCall(t *testing.T) {
	k := openEpoll(t)
	for _, timeout := range []time.Duration{100 * time.Microsecond, 3_456_789} {
		before := k.counters
		if n, errno := k.Wait(make([]Event, 1), timeout); n != 0 || errno != 0 {
			t.Fatal(n, errno)
		}
		if k.pwait2 == nil {
			t.Skip("this system has no epoll_pwait2")
		}
		calls := k.counters.Blocks - before.Blocks
		if most := uint64(3); calls == 0 || calls > most { // a signal may interrupt one
			t.Errorf("%v: %d calls", timeout, calls)
		}
	}
}

// F15, F16: a timeout beyond what the system counts is waited for in several calls.
func TestWaitOutlastsTheSystemsLimit(t *testing.T) {
	k := openEpoll(t)
	calls := 0
	k.pwait2 = func(_ int, raw []unix.EpollEvent, left time.Duration) (int, Errno) {
		if left <= 0 {
			t.Errorf("asked for %v", left)
		}
		if calls++; calls < 3 {
			return 0, 0 // as the system does when its own limit is over
		}
		raw[0] = unix.EpollEvent{Events: unix.EPOLLIN}
		setToken(&raw[0], 7)
		return 1, 0
	}
	events := make([]Event, 1)
	n, errno := k.Wait(events, math.MaxInt64)
	if n != 1 || errno != 0 || events[0] != (Event{7, Readable}) || calls != 3 {
		t.Errorf("%d events after %d calls, %v: %v", n, calls, errno, events)
	}
}

// Any other error of the wait is the caller's to see.
func TestWaitReturnsOtherErrors(t *testing.T) {
	k := openEpoll(t)
	k.pwait2 = func(int, []unix.EpollEvent, time.Duration) (int, Errno) { return 0, unix.EBADF }
	if _, errno := k.Wait(make([]Event, 1), time.Second); errno != unix.EBADF {
		t.Errorf("blocking: %v", errno)
	}
	if _, errno := k.Wait(nil, 0); errno != unix.EINVAL {
		t.Errorf("without room for an event: %v", errno)
	}
}

// A wait asks without blocking only where that is likely to find something: it counts as a call.
func TestBusyWaitTriesFirst(t *testing.T) {
	k := openEpoll(t)
	events := make([]Event, 8)
	var clients []int
	for token := Token(1); token <= 3; token++ {
		client, server := connected(t, k, loopback)
		if errno := k.Register(server, token); errno != 0 {
			t.Fatal(errno)
		}
		clients = append(clients, client)
	}
	round := func(ready int) (waits, blocks uint64) {
		t.Helper()
		for _, client := range clients[:ready] {
			if _, errno := k.Write(client, []byte("x")); errno != 0 {
				t.Fatal(errno)
			}
		}
		before := k.counters
		if n, errno := k.Wait(events, time.Minute); n != ready || errno != 0 {
			t.Fatalf("%d events, %v; want %d", n, errno, ready)
		}
		return k.counters.Waits - before.Waits, k.counters.Blocks - before.Blocks
	}
	k.Wait(events, 0) // what registration reported
	if waits, blocks := round(3); waits != 1 || blocks != 0 {
		t.Errorf("after several events: %d calls, %d of them block", waits, blocks)
	}
	if waits, blocks := round(1); waits != 1 || blocks != 0 {
		t.Errorf("after several events, again: %d calls, %d of them block", waits, blocks)
	}
	if waits, blocks := round(1); waits != 1 || blocks != 1 {
		t.Errorf("after one event: %d calls, %d of them block", waits, blocks)
	}
}
