package executor

import (
	"testing"
	"time"
)

// The watcher sleeps while the loop polls nothing, and the next poll wakes it.
func TestWatcherSleepsWhileNothingIsPolled(t *testing.T) {
	r := newRig(t)
	l := r.watch(t)
	sleeps := func() (woken chan bool, stop chan struct{}) {
		woken, stop = make(chan bool), make(chan struct{})
		asleep := make(chan struct{})
		go func() {
			close(asleep)
			woken <- l.w.Sleep(stop)
		}()
		<-asleep
		for l.w.slot.Load() != &l.w.asleep {
			time.Sleep(time.Millisecond) // between two looks; the result does not depend on it
		}
		return woken, stop
	}
	r.spawn(func() {
		for range 2 {
			if l.look(0) {
				t.Error("idle in a poll")
			}
		}
	})
	for range 3 {
		if l.look(0) {
			t.Error("idle before a look that saw nothing")
		}
		r.turn() // a turn without a poll
		if !l.look(0) {
			t.Error("not idle although nothing was polled since the last look")
		}
		woken, _ := sleeps()
		r.turn()
		select {
		case <-woken:
			t.Error("woken by a turn without a poll")
		default:
		}
		r.spawn(func() {})
		if !<-woken {
			t.Error("stopped, not woken")
		}
	}

	// A poll between the look and the sleep: there is no sleep.
	l.look(0)
	l.look(0)
	r.spawn(func() {})
	if !l.w.Sleep(nil) {
		t.Error("stopped by nobody")
	}

	// The end of the runtime, and a last poll after it, for which nobody waits.
	l.look(0)
	l.look(0)
	woken, stop := sleeps()
	close(stop)
	if <-woken {
		t.Error("woken by nobody")
	}
	r.spawn(func() {})
}

// A poll that is watched allocates nothing; the first of a task notes what the task is.
func TestWatchedPollsAllocateNothing(t *testing.T) {
	r := newRig(t)
	r.watch(t)
	p := &pulse{}
	waits := r.spawn(func() {
		for {
			if _, err := Await[int](r.ex, p); err != nil {
				return
			}
		}
	})
	if n := testing.AllocsPerRun(1000, func() { p.waker.Wake(); r.ex.PollReady(1) }); n != 0 {
		t.Errorf("%v allocations in a poll", n)
	}
	waits.Cancel()
	r.run()
	fn := func() {}
	if n := testing.AllocsPerRun(1000, func() { SpawnPlain(r.ex, fn); r.ex.PollReady(1) }); n > 2 {
		t.Errorf("%v allocations for a task, want 2", n)
	}
}
