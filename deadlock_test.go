//go:build unix

package eddy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// lost waits for a wake that nobody on the loop will bring. With outside it takes a Waker and shows it.
type lost struct {
	future.NoCancel
	outside func(future.Waker)
	woken   bool
}

func (l *lost) Poll(cx *future.Context) (struct{}, error) {
	switch {
	case l.woken:
		return struct{}{}, nil
	case l.outside != nil:
		l.woken = true
		l.outside(cx.Waker())
	}
	return struct{}{}, future.Pending
}

func (*lost) String() string { return "what never comes" }

func TestDeadlockListsTasksAndWaits(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		var unwound error
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			h := eddy.Spawn(rt, func() (struct{}, error) {
				_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{}))
				unwound = err
				return struct{}{}, err
			})
			_, err := h.Join()
			return err
		})
		var deadlock *eddy.DeadlockError
		if !errors.As(err, &deadlock) || len(deadlock.Tasks) != 2 {
			t.Fatalf("got %v", err)
		}
		for _, want := range []string{"all 2 tasks wait", "TestDeadlockListsTasksAndWaits", "what never comes", "deadlock_test.go"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q is not in:\n%v", want, err)
			}
		}
		if !errors.Is(unwound, eddy.ErrCanceled) {
			t.Errorf("the other task was not unwound: %v", unwound)
		}
	})
}

// While something can still happen, the loop sleeps for ever and reports no deadlock.
func TestNoDeadlockWhileSomethingCanHappen(t *testing.T) {
	// Each case waits in the main task, and is released by what a goroutine does once the loop sleeps for ever.
	cases := map[string]func(t *testing.T, rt *eddy.Runtime, asleep <-chan struct{}) error{
		"open Handle": func(t *testing.T, rt *eddy.Runtime, asleep <-chan struct{}) error {
			h := rt.Handle()
			f := &lost{}
			var w future.LocalWaker
			go func() {
				defer h.Release()
				<-asleep
				h.Spawn(func() { f.woken = true; w.Wake() })
			}()
			_, err := eddy.Await(rt, eddy.Future[struct{}](&wakerOf{Future: f, w: &w}))
			return err
		},
		"Offload": func(t *testing.T, rt *eddy.Runtime, asleep <-chan struct{}) error {
			_, err := eddy.Await(rt, eddy.Offload(rt, func() (struct{}, error) { <-asleep; return struct{}{}, nil }))
			return err
		},
		"Waker taken": func(t *testing.T, rt *eddy.Runtime, asleep <-chan struct{}) error {
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{outside: func(w future.Waker) {
				go func() { <-asleep; w.Wake() }()
			}}))
			return err
		},
		"awaited socket": func(t *testing.T, rt *eddy.Runtime, asleep <-chan struct{}) error {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			addr := l.Addr()
			done := make(chan struct{})
			go func() { defer close(done); <-asleep; rawPeer(t, addr) }()
			_, err := l.AcceptTCP()
			<-done
			return err
		},
	}
	for name, wait := range cases {
		t.Run(name, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				k, asleep := sleepSignal(k)
				blockOn(t, newRuntime(t, eddy.Config{}, k), func(t *testing.T, rt *eddy.Runtime) {
					must(t, wait(t, rt, asleep))
				})
			})
		})
	}
}

// wakerOf shows the local waker with which a future was polled.
type wakerOf struct {
	eddy.Future[struct{}]
	w *future.LocalWaker
}

func (o *wakerOf) Poll(cx *future.Context) (struct{}, error) {
	*o.w = cx.LocalWaker()
	return o.Future.Poll(cx)
}

func TestNoDeadlockWhileATimerIsArmed(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) { must(t, rt.Sleep(2*time.Millisecond)) })
}

func TestDeadlockAfterTheLastRelease(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		k, asleep := sleepSignal(k)
		rt := newRuntime(t, eddy.Config{}, k)
		h, other := rt.Handle(), rt.Handle()
		other.Release()
		other.Release() // counts once
		go func() { <-asleep; h.Release() }()
		err := rt.BlockOn(func(rt *eddy.Runtime) error {
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{}))
			return err
		})
		var deadlock *eddy.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Errorf("got %v", err)
		}
	})
}

// Tasks that wait for each other are named, and not what they wait for in turn: that would not end.
func TestDeadlockOfTasksThatJoinEachOther(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		err := newRuntime(t, eddy.Config{}, k).BlockOn(func(rt *eddy.Runtime) error {
			var a, b *eddy.JoinHandle[struct{}]
			a = rt.Spawn(func() { b.Join() })
			b = rt.Spawn(func() { a.Join() })
			_, err := a.Join()
			return err
		})
		var deadlock *eddy.DeadlockError
		if !errors.As(err, &deadlock) || len(deadlock.Tasks) != 3 {
			t.Fatalf("got %v", err)
		}
		for i, want := range []string{"for task 2 (", "for task 3 (", "for task 2 ("} {
			if got := deadlock.Tasks[i].String(); !strings.Contains(got, want) {
				t.Errorf("%q is not in %q", want, got)
			}
		}
	})
}
