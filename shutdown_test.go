//go:build unix

package eddy_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F25: whatever tasks forget, nothing is left: sockets with all kinds of traffic, sleeping tasks, timers, deadlines,
// idle timeouts, pending accepts and dials, offloaded functions.
func TestShutdownLeavesNothing(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			got(rt.ListenUnix(socketPath(t)))(t)
			rt.Spawn(func() { l.AcceptTCP() })
			a, b := tcpPair(t, rt)
			writeText(t, a, "unread")
			must(t, a.SetIdleTimeout(time.Hour))
			must(t, b.SetDeadline(rt.Now().Add(time.Hour)))
			rt.Spawn(func() { a.Read(make([]byte, 1)) })
			rt.Spawn(func() { b.Write(make([]byte, 64<<20)) })
			rt.Spawn(func() { rt.Sleep(time.Hour) })
			rt.Spawn(func() { rt.WithTimeout(time.Hour, func() error { return rt.Sleep(time.Hour) }) })
			eddy.SpawnFuture(rt, eddy.Timeout(time.Hour, eddy.Sleep(time.Hour)))
			eddy.SpawnFuture(rt, eddy.Offload(rt, func() (int, error) { return 0, nil }))
			untilWaiting(t, rt, 5)
			must(t, rt.Yield())
		})
		s := rt.Stats()
		if s.Tasks+s.Sources+s.Timers+s.Closing != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A future that does not release what it holds is named by BlockOn's error, as far as that goes.
func TestShutdownReportsWhatWasLeft(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			eddy.Await(rt, eddy.Future[struct{}](armAndForget{}))
			return errTest
		})
		if !errors.Is(err, errTest) || !strings.Contains(err.Error(), "1 timers left") {
			t.Errorf("got %v", err)
		}
	})
}

type armAndForget struct{ future.NoCancel }

func (armAndForget) Poll(cx *future.Context) (struct{}, error) {
	cx.Clock().Arm(time.Hour, cx.LocalWaker())
	return struct{}{}, nil
}

// Within Config.Grace, a cancelled task may use as many turns as it needs.
func TestGraceGivesTime(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: time.Hour}, k)
		turns := 0
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() {
				for err := rt.Sleep(time.Hour); turns < 1000 && errors.Is(err, eddy.ErrCanceled); turns++ {
					err = rt.Yield()
				}
			})
			untilWaiting(t, rt, 1)
		})
		if turns != 1000 {
			t.Errorf("%d turns", turns)
		}
	})
}

// F37: without grace each cancelled task gets one poll; then its waits end it, and its deferred calls run.
func TestNoGraceGivesOnePoll(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace}, k)
		var neverRan, returned, deferred bool
		var inDefer error
		failed := 0
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() {
				defer func() { deferred, inDefer = true, rt.Yield() }()
				for range 1_000_000 {
					if rt.Sleep(time.Hour) != nil {
						failed++
					}
				}
				returned = true
			})
			untilWaiting(t, rt, 1)
			rt.Spawn(func() { neverRan = rt.Yield() == nil })
		})
		if returned || failed == 0 || failed > 1000 {
			t.Errorf("%d waits failed; returned: %v", failed, returned)
		}
		if !deferred || !errors.Is(inDefer, eddy.ErrCanceled) {
			t.Errorf("deferred call: %v, %v", deferred, inDefer)
		}
		if neverRan {
			t.Error("a wait of a task that was cancelled before its start succeeded")
		}
	})
}

// The one poll is everybody's, however many there are.
func TestNoGraceGivesEveryTaskOnePoll(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		const tasks = 1000 // more than are polled in a turn
		rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace}, k)
		returned := 0
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			for range tasks {
				rt.Spawn(func() {
					rt.Sleep(time.Hour)
					returned++
				})
			}
			untilWaiting(t, rt, tasks)
		})
		if returned != tasks {
			t.Errorf("%d of %d tasks returned", returned, tasks)
		}
	})
}

// F37: a task that ignores its errors is ended when the grace period is over.
func TestForceEndsWhoIgnoresErrors(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: 20 * time.Millisecond}, k)
		unwound := 0
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			a, _ := tcpPair(t, rt)
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			stubborn := func(wait func()) {
				rt.Spawn(func() {
					defer func() { unwound++ }()
					for {
						wait()
					}
				})
			}
			stubborn(func() { rt.Sleep(time.Hour) })
			stubborn(func() { rt.Yield() })
			stubborn(func() { a.Read(make([]byte, 1)) })
			stubborn(func() { l.Accept() })
			stubborn(func() { rt.DialTCP("127.0.0.1:1") })
			stubborn(func() { rt.WithTimeout(0, func() error { return rt.Sleep(time.Hour) }) })
			must(t, rt.Yield())
		})
		if unwound != 6 {
			t.Errorf("%d of 6 tasks were unwound", unwound)
		}
	})
}

// A function that a Handle has taken before the end is always started, even if all its waits fail, so that its
// deferred calls run.
func TestPostedTaskIsStarted(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{Grace: eddy.NoGrace}, k)
		var posted error
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := rt.Handle()
			defer h.Release()
			must(t, h.Spawn(func() { posted = rt.Sleep(0) }))
		})
		if !errors.Is(posted, eddy.ErrCanceled) {
			t.Errorf("got %v", posted)
		}
	})
}

func TestSpawnDuringShutdownIsRefused(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		var plain, code, hand, posted error
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := rt.Handle()
			rt.Spawn(func() {
				rt.Sleep(time.Hour)
				ran := func() { t.Error("a refused task ran") }
				_, plain = rt.Spawn(ran).Join()
				_, code = eddy.Spawn(rt, func() (int, error) { ran(); return 0, nil }).Join()
				_, hand = eddy.SpawnFuture(rt, eddy.Future[struct{}](pollFunc{fn: ran})).Join()
				posted = h.Spawn(ran)
				h.Release()
			})
			untilWaiting(t, rt, 1)
		})
		for i, err := range []error{plain, code, hand, posted} {
			if err != eddy.ErrClosed {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// A kernel whose wait fails ends the runtime, not the program, and everything is given back all the same.
func TestFailingWaitEndsTheRuntime(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var failing bool
		faulty := &scriptedKernel{Kernel: k}
		faulty.wait = func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
			if failing {
				return 0, syscall.EBADF
			}
			return k.Wait(events, timeout)
		}
		rt := newRuntime(t, eddy.Config{}, faulty)
		unwound := false
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			tcpPair(t, rt)
			rt.Spawn(func() {
				defer func() { unwound = true }()
				rt.Sleep(time.Hour)
			})
			must(t, rt.Yield())
			failing = true
			return rt.Sleep(time.Hour)
		})
		if !errors.Is(err, syscall.EBADF) || !unwound {
			t.Errorf("%v; unwound: %v", err, unwound)
		}
	})
}
