package esync_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/esync"
)

// wantDeadlock runs a program that must end as a deadlock, and wants the tasks' waits in their order.
func wantDeadlock(t *testing.T, program func(rt *eddy.Runtime) error, waits ...string) {
	t.Helper()
	eddytest.Baseline(t)
	err := eddy.BlockOn(program)
	var deadlock *eddy.DeadlockError
	if !errors.As(err, &deadlock) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, task := range deadlock.Tasks {
		got = append(got, task.Wait)
	}
	if strings.Join(got, "\n") != strings.Join(waits, "\n") {
		t.Errorf("the tasks wait for\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(waits, "\n"))
	}
}

// Two tasks that lock two mutexes crosswise are reported, with what each waits for.
func TestDeadlockOfTwoMutexes(t *testing.T) {
	wantDeadlock(t, func(rt *eddy.Runtime) error {
		var a, b esync.Mutex
		cross := func(one, other *esync.Mutex) {
			if one.Lock(rt) == nil {
				defer one.Unlock()
				_ = rt.Yield()
				if other.Lock(rt) == nil {
					other.Unlock()
				}
			}
		}
		rt.Spawn(func() { cross(&b, &a) })
		cross(&a, &b)
		return nil
	}, "the lock of an esync.Mutex (1 waits)", "the lock of an esync.Mutex (1 waits)")
}

// Every wait of this package tells what it is for, and none keeps a deadlock from being seen.
func TestDeadlockNamesEveryWait(t *testing.T) {
	wantDeadlock(t, func(rt *eddy.Runtime) error {
		var rw esync.RWMutex
		rw.TryLock()
		s := esync.NewSemaphore(5)
		s.TryAcquire(4)
		var g esync.WaitGroup
		g.Add(3)
		var c esync.Chan[string]
		full := esync.NewChan[int](1)
		full.TrySend(1)
		var never esync.Chan[error]
		rt.Spawn(func() { _ = rw.Lock(rt) })
		rt.Spawn(func() { _ = rw.RLock(rt) })
		rt.Spawn(func() { _ = s.Acquire(rt, 2) })
		rt.Spawn(func() { _ = g.Wait(rt) })
		rt.Spawn(func() { _ = c.Send(rt, "") })
		rt.Spawn(func() { _ = full.Send(rt, 2) })
		_, err := never.Recv(rt)
		return err
	},
		"an item of an esync.Chan[error] (1 waits)",
		"the write lock of an esync.RWMutex (2 wait)",
		"a read lock of an esync.RWMutex (2 wait)",
		"2 permits of an esync.Semaphore (1 waits)",
		"an esync.WaitGroup that counts 3 (1 waits)",
		"a receiver at an esync.Chan[string] (1 waits)",
		"room in an esync.Chan[int] (1 waits)",
	)
}
