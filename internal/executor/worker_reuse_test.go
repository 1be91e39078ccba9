package executor

import (
	"bytes"
	"context"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// goroutines returns how many there are. Where these are more than so many it looks again: one that has ended counts
// for a while longer if a collection is under way.
func goroutines(atMost int) int {
	for range 1000 {
		if runtime.NumGoroutine() <= atMost {
			break
		}
		time.Sleep(time.Millisecond) // between two looks; the result does not depend on it
	}
	return runtime.NumGoroutine()
}

// Coroutines serve one task after another: the number of goroutines follows the tasks that live at a time.
func TestCoroutinesAreReused(t *testing.T) {
	r := newRig(t)
	before := runtime.NumGoroutine()
	for range 1000 {
		r.spawn(func() { Await(r.ex, &yields{1}) })
		if n := goroutines(before + 1); n > before+1 {
			t.Fatalf("%d goroutines, %d before", n, before)
		}
	}
	// Of many at a time, at most maxIdle stay.
	for range 2 * maxIdle {
		SpawnPlain(r.ex, func() { Await(r.ex, &yields{1}) })
	}
	r.run()
	if n := goroutines(before + maxIdle); n > before+maxIdle || len(r.ex.idle) != maxIdle {
		t.Errorf("%d goroutines more than before, %d idle; want %d", n-before, len(r.ex.idle), maxIdle)
	}
	r.ex.StopIdle()
	if n := goroutines(before); n > before || len(r.ex.idle) != 0 {
		t.Errorf("%d goroutines after StopIdle, %d before", n, before)
	}
}

// The last one in is the first one out: its stack is warm.
func TestIdleCoroutinesAreAStack(t *testing.T) {
	r := newRig(t)
	var last uint64 // the goroutine of whoever ended last
	SpawnPlain(r.ex, func() { last = goroutineID() })
	l := &leaf{}
	SpawnFuture[int](r.ex, l)
	SpawnPlain(r.ex, func() { Await(r.ex, &yields{1}); last = goroutineID() })
	SpawnPlain(r.ex, func() { Await(r.ex, &yields{1}); last = goroutineID() })
	r.run()
	l.finish()
	r.run()
	if len(r.ex.idle) != 2 {
		t.Fatalf("%d idle, want 2", len(r.ex.idle))
	}
	r.spawn(func() {
		if goroutineID() != last {
			t.Error("not the last one")
		}
	})
}

// A coroutine that ended by a panic or a Goexit is not used again: nobody knows what was left on it.
func TestBrokenCoroutinesAreNotReused(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	before := runtime.NumGoroutine()
	r.spawn(func() { panic("boom") })
	r.spawn(func() { runtime.Goexit() })
	if n := goroutines(before); n > before || len(r.ex.idle) != 0 {
		t.Errorf("%d goroutines and %d idle, want %d and 0", n, len(r.ex.idle), before)
	}
}

// Profiler labels that a task leaves on its goroutine do not show under the next task.
func TestLabelsAreReset(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("client", "first-client")))
		if !strings.Contains(goroutineProfile(), "first-client") {
			t.Error("the label does not show in the profile: this test is void")
		}
	})
	r.spawn(func() {
		if strings.Contains(goroutineProfile(), "first-client") {
			t.Error("the next task runs under the label of the one before")
		}
	})
}

func goroutineProfile() string {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	return b.String()
}

// The thread may be locked to the loop's goroutine, before the first coroutine is made.
func TestLockedThread(t *testing.T) {
	r := newRig(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range 3 {
		h := r.spawn(func() { Await(r.ex, Async(r.ex, func() (int, error) { return Await(r.ex, &yields{1}) })) })
		wantEnd(t, h, nil)
	}
	r.ex.StopIdle()
}
