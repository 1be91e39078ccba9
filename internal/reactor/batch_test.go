package reactor

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// F27: events that came with an error, or stand behind a rejected one, are delivered; the error is returned.
func TestErrorDoesNotLoseEvents(t *testing.T) {
	r, k := newReactor()
	a, b := register(t, r, 3, TCP, "a"), register(t, r, 4, TCP, "b")
	k.events = []kernel.Event{on(a, kernel.Readable), {Token: 0}, on(b, kernel.Writable)}
	k.errno = syscall.EBADF
	if err := r.Wait(time.Second); !errors.Is(err, syscall.EBADF) {
		t.Errorf("Wait: %v", err)
	}
	if !a.Read().Ready() || !b.Write().Ready() {
		t.Error("an event was lost")
	}
	if len(k.timeouts) != 1 || k.timeouts[0] != time.Second {
		t.Errorf("the kernel was asked with %v", k.timeouts)
	}
}

// F27: even a waker that panics, which none should, costs nobody else an edge. The panic goes on.
func TestPanickingWakerDoesNotLoseEvents(t *testing.T) {
	r, k := newReactor()
	var all []*waiting
	for fd := range 5 {
		s := register(t, r, fd, TCP, "socket")
		all = append(all, join(s.Read(), "reader"))
		k.events = append(k.events, on(s, kernel.Readable))
	}
	all[1].onWake = func() { panic("first") }
	all[3].onWake = func() { panic("second") }
	mustPanic(t, func() { _ = r.Wait(0) })
	wantWakes(t, "the batch", []int{1, 1, 1, 1, 1}, all...)
	turn(t, r) // nothing is left over
	wantWakes(t, "the next turn", []int{1, 1, 1, 1, 1}, all...)
}

// F16: the sample is the clock after the wait, before anything is delivered, and stands still until it is refreshed.
func TestSampleIsTakenAfterTheWait(t *testing.T) {
	r, k := newReactor()
	k.now = 5 * time.Second
	if r.Sample() != 0 || r.Now() != 5*time.Second {
		t.Errorf("sample %v, now %v", r.Sample(), r.Now())
	}
	s := register(t, r, 3, TCP, "socket")
	var seen time.Duration
	join(s.Read(), "reader").onWake = func() { seen = r.Sample() }
	k.takes = time.Second
	turn(t, r, on(s, kernel.Readable))
	if seen != 6*time.Second {
		t.Errorf("the sample during delivery is %v, want 6s", seen)
	}
	k.now = 7 * time.Second
	if r.Sample() != 6*time.Second {
		t.Errorf("the sample moved by itself, to %v", r.Sample())
	}
	r.Refresh()
	if r.Sample() != 7*time.Second {
		t.Errorf("the sample is %v after Refresh, want 7s", r.Sample())
	}
}
