package reactor

import (
	"errors"
	"strings"
	"syscall"
	"testing"
)

// F6: a second registration of a descriptor is an error that names the first, and changes nothing for it.
func TestSecondRegistrationNamesTheFirst(t *testing.T) {
	r, k := newReactor()
	register(t, r, 4, TCP, "bystander")
	first := register(t, r, 5, TCP, "the first")
	err := r.Register(&Source{}, 5, TCP, name("the second"))
	if !errors.Is(err, syscall.EEXIST) || !strings.Contains(err.Error(), "the first") || !strings.Contains(err.Error(), "the second") {
		t.Errorf("error: %v", err)
	}
	if r.Sources() != 2 || k.registered[5] != first.Token() || !first.Registered() {
		t.Error("the first registration was touched")
	}
}

// Other refusals carry the kernel's number and name the source; nothing of the attempt remains.
func TestRefusedRegistration(t *testing.T) {
	r, k := newReactor()
	k.refuse = syscall.EPERM
	err := r.Register(&Source{}, 5, TCP, name("a file"))
	if !errors.Is(err, syscall.EPERM) || !strings.Contains(err.Error(), "a file") {
		t.Errorf("error: %v", err)
	}
	k.refuse = syscall.EEXIST // registered with the kernel, but not by us
	if err := r.Register(&Source{}, 5, TCP, nil); !errors.Is(err, syscall.EEXIST) || !strings.Contains(err.Error(), "descriptor 5") {
		t.Errorf("error: %v", err)
	}
	if r.Sources() != 0 {
		t.Errorf("%d sources remain", r.Sources())
	}
	k.refuse = 0
	register(t, r, 5, TCP, "a socket")
	k.refuse = syscall.ENOMEM // not for want of a free descriptor
	if err := r.Register(&Source{}, 5, TCP, name("another")); !errors.Is(err, syscall.ENOMEM) || strings.Contains(err.Error(), "a socket") {
		t.Errorf("error: %v", err)
	}
}

// F3: Deregister takes the descriptor out of the kernel and wakes all who wait, in both directions. They stay queued
// until they leave, and the source is of no other use.
func TestDeregisterWakesAll(t *testing.T) {
	r, k := newReactor()
	s := register(t, r, 5, TCP, "closing")
	turn(t, r, on(s, 0))
	reader, writer, second := join(s.Read(), "r"), join(s.Write(), "w1"), join(s.Write(), "w2")
	s.Write().raise()
	wantWakes(t, "before", []int{0, 1, 0}, reader, writer, second)

	r.Deregister(s)
	wantWakes(t, "after", []int{1, 2, 1}, reader, writer, second)
	if _, ok := k.registered[5]; ok || r.Sources() != 0 || s.Registered() {
		t.Error("it is still registered")
	}
	if s.Read().Ready() || s.Write().Ready() {
		t.Error("a flag is up: somebody would call on a descriptor that is another's")
	}
	if r.Waiting() != 3 {
		t.Errorf("Waiting() = %d, want 3", r.Waiting())
	}
	r.Deregister(s) // again: nothing
	wantWakes(t, "after the second", []int{1, 2, 1}, reader, writer, second)

	// Whoever is queued may still exchange its waker; nobody may join.
	s.Write().Wait(&second.Waiter, second.local(), name("w2"))
	mustPanic(t, func() { join(s.Read(), "late") })
	s.Read().Leave(&reader.Waiter)
	s.Write().Leave(&writer.Waiter)
	s.Write().Leave(&second.Waiter)
	wantWakes(t, "after leaving", []int{1, 2, 1}, reader, writer, second)
	if r.Waiting() != 0 {
		t.Errorf("Waiting() = %d, want 0", r.Waiting())
	}
	if s.FD() != 5 || s.String() != "closing" {
		t.Error("FD and String still answer, for the close and its error")
	}
}
