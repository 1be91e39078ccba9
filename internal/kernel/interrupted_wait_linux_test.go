package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// F4: a wait that is interrupted goes on with the time that is left.
func TestInterruptedEpollWaitGoesOnWithTheTimeLeft(t *testing.T) {
	k := openEpoll(t)
	const timeout, pause = 20 * time.Millisecond, 2 * time.Millisecond
	var asked []time.Duration
	k.pwait2 = func(_ int, _ []unix.EpollEvent, left time.Duration) (int, Errno) {
		asked = append(asked, left)
		for begin := k.Now(); k.Now()-begin < min(pause, left); {
			runtime.Gosched()
		}
		if pause < left {
			return 0, unix.EINTR
		}
		return 0, 0
	}
	begin := k.Now()
	if n, errno := k.Wait(make([]Event, 1), timeout); n != 0 || errno != 0 {
		t.Fatal(n, errno)
	}
	if waited := k.Now() - begin; waited < timeout {
		t.Errorf("waited %v of %v", waited, timeout)
	}
	if asked[0] != timeout || len(asked) < 2 {
		t.Errorf("asked the system for %v", asked)
	}
	for i := range asked[1:] {
		if asked[i+1] > asked[i]-pause {
			t.Errorf("asked for %v, and %v later for %v", asked[i], pause, asked[i+1])
		}
	}
}

// F4, with signals: Go's scheduler preempts with SIGURG, and epoll is never restarted after a handler.
func TestSignalsEndNoWait(t *testing.T) {
	k := openEpoll(t)
	events := make([]Event, 1)
	var stop atomic.Bool
	var signals sync.WaitGroup
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	process, thread := unix.Getpid(), k.ThreadID()
	signals.Go(func() {
		for !stop.Load() {
			if err := unix.Tgkill(process, thread, unix.SIGURG); err != nil {
				t.Errorf("tgkill: %v", err)
				return
			}
			time.Sleep(100 * time.Microsecond) // so that the waiter gets anywhere
		}
	})
	interrupted := func(wait func()) {
		t.Helper()
		for end := time.Now().Add(patience); ; {
			before := k.counters.Waits
			wait()
			if k.counters.Waits > before+1 {
				return
			}
			if time.Now().After(end) {
				t.Fatal("no signal came while the thread was waiting")
			}
		}
	}

	interrupted(func() {
		const timeout = 10 * time.Millisecond
		begin := k.Now()
		n, errno := k.Wait(events, timeout)
		if waited := k.Now() - begin; n != 0 || errno != 0 || waited < timeout {
			t.Errorf("%d events, %v after %v of %v", n, errno, waited, timeout)
		}
	})
	interrupted(func() {
		wake := time.AfterFunc(10*time.Millisecond, k.Wake)
		defer wake.Stop()
		if n, errno := k.Wait(events, -1); n != 1 || errno != 0 || events[0].Token != WakeToken {
			t.Errorf("%d events, %v: %v", n, errno, events)
		}
	})
	stop.Store(true)
	signals.Wait()
}
