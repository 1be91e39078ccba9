package executor

import (
	"testing"

	"github.com/eddy-go/eddy/future"
)

// WakeLoop is called when the loop sleeps and then once, and never while it is awake: it costs a system call.
func TestKicksOnlyASleepingLoop(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	w := future.NewWaker(&h.task, 0)
	r.turn()
	w.Wake()
	r.ex.Post(func() {})
	if r.kicks != 0 {
		t.Errorf("%d kicks of a loop that is awake", r.kicks)
	}
	if r.ex.FallAsleep() {
		t.Error("the loop fell asleep over a full inbox")
	}
	r.turn()
	if !r.ex.FallAsleep() {
		t.Error("the loop does not fall asleep")
	}
	w.Wake()
	r.ex.Post(func() {})
	if err := r.ex.PostSpawn(func() {}); err != nil {
		t.Error(err)
	}
	if r.kicks != 1 {
		t.Errorf("%d kicks of a loop that slept once", r.kicks)
	}
	r.turn()
	w.Wake()
	if r.kicks != 1 {
		t.Error("a kick after the loop has taken in what was there")
	}
	r.turn()
	r.ex.FallAsleep()
	r.turn() // the kernel has woken it
	w.Wake()
	if r.kicks != 1 {
		t.Error("a kick after the loop has woken by itself")
	}
	if c := r.ex.Counts(); c.Posts != 7 || c.Kicks != 1 {
		t.Errorf("%d posts and %d kicks counted, want 7 and 1", c.Posts, c.Kicks)
	}
	r.end()
}

// Posted functions run on the loop, outside any task, in their order.
func TestPost(t *testing.T) {
	r := newRig(t)
	got := ""
	for _, s := range []string{"a", "b"} {
		if !r.ex.Post(func() {
			got += s
			if r.ex.running != nil || r.ex.current != nil {
				t.Error("a posted function runs inside a task")
			}
		}) {
			t.Error("refused")
		}
	}
	r.turn()
	if got != "ab" {
		t.Errorf("ran %q, want ab", got)
	}
	r.ex.PostSpawn(func() {})
	r.spawnLater(func() { w := r.ex.cx.Waker(); w.Wake() })
	r.run()
	b := &r.ex.inbox
	for range 2 { // both halves of what changes places
		for _, fn := range append(b.takenCalls[:cap(b.takenCalls)], b.takenSpawns[:cap(b.takenSpawns)]...) {
			if fn != nil {
				t.Error("a function that has been called is kept alive")
			}
		}
		for _, task := range b.takenTasks[:cap(b.takenTasks)] {
			if task != nil {
				t.Error("a task that was delivered is kept alive")
			}
		}
		b.tasks, b.takenTasks = b.takenTasks, b.tasks
		b.calls, b.takenCalls = b.takenCalls, b.calls
		b.spawns, b.takenSpawns = b.takenSpawns, b.spawns
	}
}

// Spawns from other goroutines are bounded; what the loop has taken in makes room.
func TestSpawnsAreBounded(t *testing.T) {
	r := newRig(t)
	ran := 0
	for range 4 {
		if err := r.ex.PostSpawn(func() { ran++ }); err != nil {
			t.Error(err)
		}
	}
	if err := r.ex.PostSpawn(func() {}); err != ErrBusy {
		t.Errorf("error %v, want ErrBusy", err)
	}
	if !r.ex.Post(func() {}) {
		t.Error("a posted function was refused")
	}
	r.run()
	if err := r.ex.PostSpawn(func() { ran++ }); err != nil {
		t.Error(err)
	}
	r.run()
	if ran != 5 {
		t.Errorf("%d functions ran, want 5", ran)
	}
}

// F20: after Refuse nothing new begins, and what was left before begins still.
func TestRefuse(t *testing.T) {
	r := newRig(t)
	ran := false
	if err := r.ex.PostSpawn(func() { ran = true }); err != nil {
		t.Error(err)
	}
	r.ex.Refuse()
	if err := r.ex.PostSpawn(func() {}); err != ErrClosed {
		t.Errorf("error %v, want ErrClosed", err)
	}
	h := SpawnPlain(r.ex, func() { t.Error("a refused task ran") })
	wantEnd(t, h, ErrClosed)
	if _, err := h.Join(); err != ErrClosed {
		t.Errorf("Join: %v, want ErrClosed", err)
	}
	h.Cancel()
	l := &leaf{}
	wantEnd(t, SpawnFuture[int](r.ex, l), ErrClosed)
	if !r.ex.Post(func() {}) {
		t.Error("a posted function was refused before the end")
	}
	r.run()
	if !ran || l.polls+l.cancels != 0 {
		t.Errorf("the earlier spawn ran: %v; the refused future was touched %d times", ran, l.polls+l.cancels)
	}
}

// F20, F32: after the end wakes, posts and spawns do nothing, and the loop's wait is not ended: its descriptor is gone.
func TestClosedInbox(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	h := SpawnFuture[int](r.ex, l)
	w := future.NewWaker(&h.task, 0)
	r.run() // and the loop is asleep
	closed := false
	r.ex.CloseInbox(func() { closed = true })
	w.Wake()
	if r.ex.Post(func() { t.Error("ran") }) {
		t.Error("Post reports that it will run")
	}
	if err := r.ex.PostSpawn(func() { t.Error("ran") }); err != ErrClosed {
		t.Errorf("error %v, want ErrClosed", err)
	}
	if !closed || r.kicks != 0 {
		t.Errorf("end called: %v, kicks after it: %d", closed, r.kicks)
	}
	r.turn()
	if l.polls != 1 {
		t.Errorf("%d polls, want 1", l.polls)
	}
	h.Cancel()
	r.run()
	w.Wake()
}
