package reactor

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// F1: an event that comes after its source is gone reaches nobody, although the descriptor's number and the slot
// serve another source by then.
func TestStaleTokenReachesNobody(t *testing.T) {
	r, k := newReactor()
	first := register(t, r, 7, TCP, "first")
	stale := first.Token()
	r.Deregister(first)
	second := register(t, r, 7, TCP, "second")
	if k.registered[7] != second.Token() {
		t.Fatalf("the kernel has token %#x, the source %#x", k.registered[7], second.Token())
	}
	w := join(second.Read(), "reader")

	turn(t, r, kernel.Event{Token: stale, Ready: kernel.Readable | kernel.HangUp})
	if second.Read().Ready() || second.Write().Ready() || second.unusual || w.wakes != 0 {
		t.Error("the first source's event reached the second")
	}
	if r.Rejected() != 1 {
		t.Errorf("Rejected() = %d, want 1", r.Rejected())
	}

	turn(t, r, on(second, kernel.Readable))
	if !second.Read().Ready() || w.wakes != 1 {
		t.Error("the second source's own event did not reach it")
	}
	if r.Rejected() != 1 {
		t.Errorf("Rejected() = %d after a good event, want 1", r.Rejected())
	}
}

// F1: the same inside the batch of events in hand, when what an event wakes replaces a source that the next one names.
func TestGhostEventInTheBatchInHand(t *testing.T) {
	r, _ := newReactor()
	closer := register(t, r, 3, TCP, "closer")
	victim := register(t, r, 4, TCP, "victim")
	old := join(victim.Read(), "old reader")
	var heir *Source
	var reader *waiting
	w := join(closer.Read(), "closing reader")
	w.onWake = func() {
		r.Deregister(victim)
		heir = register(t, r, 4, TCP, "heir")
		reader = join(heir.Read(), "reader")
	}

	turn(t, r, on(closer, kernel.Readable), on(victim, kernel.Readable|kernel.Writable))
	if heir.Read().Ready() || heir.Write().Ready() || reader.wakes != 0 {
		t.Error("the ghost event reached the source that took over descriptor and slot")
	}
	if old.wakes != 1 {
		t.Errorf("the old reader was woken %d times, want once, by Deregister", old.wakes)
	}
	if r.Rejected() != 1 {
		t.Errorf("Rejected() = %d, want 1", r.Rejected())
	}
}

// F2: the wake-up's event belongs to no source and is no rejected one either; tokens nobody made are rejected.
func TestWakeTokenAndForeignTokens(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "only")
	turn(t, r, kernel.Event{Token: kernel.WakeToken, Ready: kernel.Readable}, on(s, kernel.Writable))
	if r.Rejected() != 0 || s.Read().Ready() || !s.Write().Ready() {
		t.Errorf("after a wake-up: rejected %d, read %v, write %v", r.Rejected(), s.Read().Ready(), s.Write().Ready())
	}
	foreign := []kernel.Token{0, 1, kernel.WakeToken - 1, s.Token() + 1, s.Token() ^ 1<<slotBits, kernel.WakeToken &^ (1<<slotBits - 1)}
	for _, token := range foreign {
		turn(t, r, kernel.Event{Token: token, Ready: kernel.Readable})
	}
	if s.Read().Ready() || r.Rejected() != uint64(len(foreign)) {
		t.Errorf("read %v, rejected %d, want false and %d", s.Read().Ready(), r.Rejected(), len(foreign))
	}
}
