package reactor

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// F5, F10, F11, F12, F31: what each report raises, whom it wakes, and whether a short call proves anything after it.
func TestWhatEventsRaise(t *testing.T) {
	for _, c := range []struct {
		name        string
		ready       kernel.Ready
		read, write bool
		infers      bool
	}{
		{"nothing (spurious)", 0, false, false, true},
		{"readable", kernel.Readable, true, false, true},
		{"writable", kernel.Writable, false, true, true},
		{"both", kernel.Readable | kernel.Writable, true, true, true},
		{"half-close is no hang-up (F10)", kernel.ReadClosed, true, false, false},
		{"hang-up (F12)", kernel.HangUp, true, true, false},
		{"error (F12)", kernel.Failed, true, true, false},
		{"urgent (F31)", kernel.Urgent, true, false, false},
		{"urgent with room", kernel.Urgent | kernel.Writable, true, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, _ := newReactor()
			s := register(t, r, 3, TCP, "socket")
			if s.Read().Ready() || s.Write().Ready() {
				t.Fatal("a flag is up before the first event")
			}
			reader, writer := join(s.Read(), "reader"), join(s.Write(), "writer")
			turn(t, r, on(s, c.ready))
			if s.Read().Ready() != c.read || s.Write().Ready() != c.write {
				t.Errorf("flags: read %v, write %v; want %v, %v", s.Read().Ready(), s.Write().Ready(), c.read, c.write)
			}
			wantWakes(t, c.name, []int{count(c.read), count(c.write)}, reader, writer)

			turn(t, r, on(s, kernel.Readable|kernel.Writable)) // a later event is no pardon
			s.ShortRead()
			s.ShortWrite()
			if s.Read().Ready() == c.infers || s.Write().Ready() == c.infers {
				t.Errorf("after short calls: read %v, write %v; inference allowed: %v", s.Read().Ready(), s.Write().Ready(), c.infers)
			}
			s.Read().Clear() // EAGAIN clears always
			s.Write().Clear()
			if s.Read().Ready() || s.Write().Ready() {
				t.Error("a flag is up after EAGAIN")
			}
		})
	}
}

func count(woken bool) int {
	if woken {
		return 1
	}
	return 0
}

// F5: one direction's calls leave the other's flag and waiters alone.
func TestDirectionsAreApart(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "socket")
	turn(t, r, on(s, kernel.Readable|kernel.Writable))
	s.ShortRead()
	if s.Read().Ready() || !s.Write().Ready() {
		t.Error("a short read must clear Read alone")
	}
	s.Read().raise()
	s.ShortWrite()
	if !s.Read().Ready() || s.Write().Ready() {
		t.Error("a short write must clear Write alone")
	}
	s.Read().Clear()
	reader, writer := join(s.Read(), "reader"), join(s.Write(), "writer")
	turn(t, r, on(s, kernel.Readable))
	wantWakes(t, "readable", []int{1, 0}, reader, writer)
	s.Read().WakeAll()
	wantWakes(t, "read deadline", []int{2, 0}, reader, writer)
	s.Read().Leave(&reader.Waiter)
	turn(t, r, on(s, kernel.Writable))
	wantWakes(t, "writable", []int{2, 1}, reader, writer)
}

// F11: the end came with the data. The read that takes the data is short, and the end must still be read.
func TestEndInTheSameEventIsNotLost(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, TCP, "socket")
	turn(t, r, on(s, kernel.Readable|kernel.ReadClosed))
	s.ShortRead()
	if !s.Read().Ready() {
		t.Error("the flag went down with the end unread")
	}
}

// F31: a Unix socket's short read may have stopped at a passed descriptor.
func TestOtherKindsNeverInfer(t *testing.T) {
	r, _ := newReactor()
	s := register(t, r, 3, Other, "unix socket")
	turn(t, r, on(s, kernel.Readable|kernel.Writable))
	s.ShortRead()
	s.ShortWrite()
	if !s.Read().Ready() || !s.Write().Ready() {
		t.Error("a short call cleared a flag")
	}
}
