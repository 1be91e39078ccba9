package reactor

import (
	"strings"
	"testing"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// Waiters are served in the order in which they came, one at a time: the turn goes on when its owner leaves.
func TestWaitersAreServedInOrder(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, Other, "listener")
	a, b, c := join(s.Read(), "a"), join(s.Read(), "b"), join(s.Read(), "c")
	if r.Waiting() != 3 {
		t.Errorf("Waiting() = %d, want 3", r.Waiting())
	}
	turn(t, r, on(s, kernel.Readable))
	wantWakes(t, "readable", []int{1, 0, 0}, a, b, c)

	// a is served; the flag is still up.
	s.Read().Leave(&a.Waiter)
	wantWakes(t, "a left", []int{1, 1, 0}, a, b, c)
	if s.Read().First(&a.Waiter) || !s.Read().First(&b.Waiter) || s.Read().First(&c.Waiter) {
		t.Error("it is b's turn alone")
	}

	// b finds nothing and keeps its turn.
	s.Read().Clear()
	s.Read().Wait(&b.Waiter, b.local(), name("b"))
	d := join(s.Read(), "d")
	turn(t, r, on(s, kernel.Readable))
	wantWakes(t, "readable again", []int{1, 2, 0, 0}, a, b, c, d)

	// b leaves when the flag is down: nothing to pass on but the place.
	s.Read().Clear()
	s.Read().Leave(&b.Waiter)
	wantWakes(t, "b left", []int{1, 2, 0, 0}, a, b, c, d)
	turn(t, r, on(s, kernel.Readable))
	wantWakes(t, "readable for c", []int{1, 2, 1, 0}, a, b, c, d)
}

// Leaving from the middle or the end neither wakes anybody nor breaks the queue; leaving twice does nothing.
func TestLeaveFromAnyPlace(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "stream")
	s.Write().raise()
	a, b, c, d := join(s.Write(), "a"), join(s.Write(), "b"), join(s.Write(), "c"), join(s.Write(), "d")
	s.Write().Leave(&b.Waiter)
	s.Write().Leave(&d.Waiter)
	s.Write().Leave(&d.Waiter)
	s.Read().Leave(&a.Waiter) // of another queue
	wantWakes(t, "b and d left", []int{0, 0, 0, 0}, a, b, c, d)
	if r.Waiting() != 2 {
		t.Errorf("Waiting() = %d, want 2", r.Waiting())
	}
	e := join(s.Write(), "e")
	s.Write().Leave(&a.Waiter)
	wantWakes(t, "a left", []int{0, 0, 1, 0, 0}, a, b, c, d, e)
	s.Write().Leave(&c.Waiter)
	wantWakes(t, "c left", []int{0, 0, 1, 0, 1}, a, b, c, d, e)
	s.Write().Leave(&e.Waiter)
	if r.Waiting() != 0 || !s.Write().First(&a.Waiter) || s.last[writing] != nil {
		t.Error("the queue is not empty")
	}
	if b.Waiter != (Waiter{}) {
		t.Error("a waiter that left keeps something alive")
	}
	s.Write().Clear()
	again := join(s.Write(), "again")
	s.Write().raise()
	wantWakes(t, "the emptied queue is used again", []int{1}, again)
}

// A waiter that polls again with another waker is woken through the latest, in its old place.
func TestLatestWakerCounts(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, Other, "listener")
	a, b := join(s.Read(), "a"), join(s.Read(), "b")
	other := &probe{}
	s.Read().Wait(&a.Waiter, other.local(), name("a elsewhere"))
	turn(t, r, on(s, kernel.Readable))
	wantWakes(t, "readable", []int{0, 0}, a, b)
	if other.wakes != 1 || r.Waiting() != 2 {
		t.Errorf("the new waker: %d wakes, want 1; Waiting() = %d, want 2", other.wakes, r.Waiting())
	}
}

// A second read of one source is refused, and both are named; the first one may wait again.
func TestSecondReaderIsRefused(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "the stream")
	a, b := &waiting{}, &waiting{}
	if err := s.Read().WaitAlone(&a.Waiter, a.local(), name("task a")); err != nil {
		t.Fatalf("the first: %v", err)
	}
	if err := s.Read().WaitAlone(&a.Waiter, a.local(), name("task a")); err != nil {
		t.Fatalf("the first again: %v", err)
	}
	err := s.Read().WaitAlone(&b.Waiter, b.local(), name("task b"))
	if err == nil {
		t.Fatal("the second may wait")
	}
	for _, part := range []string{"task a", "task b", "the stream"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %s: %v", part, err)
		}
	}
	turn(t, r, on(s, kernel.Readable))
	wantWakes(t, "readable", []int{1, 0}, a, b)
	s.Read().Leave(&a.Waiter)
	if err := s.Read().WaitAlone(&b.Waiter, b.local(), name("task b")); err != nil {
		t.Errorf("after the first has left: %v", err)
	}
}

// WakeAll is for what concerns everybody; nobody loses the place, and readiness does not change.
func TestWakeAllKeepsTheQueue(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "stream")
	a, b, c := join(s.Write(), "a"), join(s.Write(), "b"), join(s.Write(), "c")
	s.Write().WakeAll()
	wantWakes(t, "deadline", []int{1, 1, 1}, a, b, c)
	if r.Waiting() != 3 || !s.Write().First(&a.Waiter) || s.Write().Ready() {
		t.Error("the queue or the flag changed")
	}
}

// One Waiter in two queues would be lost in one of them.
func TestWaiterInTwoQueues(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "stream")
	a := join(s.Read(), "a")
	mustPanic(t, func() { s.Write().Wait(&a.Waiter, a.local(), name("a")) })
	s.Write().Leave(&a.Waiter) // nor does it leave one that it is not in
	s.Read().raise()
	wantWakes(t, "still in the first", []int{1}, a)
}

// A waiter knows who has put it into its queue, until it leaves.
func TestWaitsTellsWho(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "stream")
	a, b := name("a"), name("b")
	var w Waiter
	if w.Waits(a) || w.Waits(nil) {
		t.Error("it is not queued")
	}
	s.Read().Wait(&w, future.LocalWaker{}, a)
	if !w.Waits(a) || w.Waits(b) {
		t.Error("it is a's")
	}
	s.Read().Wait(&w, future.LocalWaker{}, b)
	if w.Waits(a) || !w.Waits(b) {
		t.Error("it is b's by now")
	}
	s.Read().Leave(&w)
	if w.Waits(b) || w.Waits(nil) {
		t.Error("it has left")
	}
}
