package simnet

import (
	"syscall"
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// F1: the lowest free number is taken, so that one that was closed is soon another connection's.
func TestTheLowestDescriptorIsUsedAgain(t *testing.T) {
	r := newRig(t)
	_, a := r.host("alice")
	var fds []int
	for range 5 {
		fd, _ := a.listen(kernel.ListenOptions{})
		fds = append(fds, fd)
	}
	if fds[0] != firstFree || fds[4] != firstFree+4 {
		t.Fatalf("%v", fds)
	}
	for _, fd := range []int{fds[3], fds[1]} {
		a.ok(a.Close(fd))
	}
	for _, want := range []int{fds[1], fds[3], fds[4] + 1} {
		if fd, _ := a.listen(kernel.ListenOptions{}); fd != want {
			t.Errorf("got %d, want %d", fd, want)
		}
	}
	if a.Open() != 6 {
		t.Errorf("%d are open", a.Open())
	}
	for _, fd := range []int{-1, 0, 2, 1000} {
		if errno := a.Close(fd); errno != syscall.EBADF {
			t.Errorf("Close(%d): %v", fd, errno)
		}
	}
}

// F1: what was to be reported of a socket dies with it.
func TestAnEventOfAClosedSocketIsNotAnothers(t *testing.T) {
	x := connected(t)
	x.b.settle()
	x.a.send(x.c, []byte("x"))
	x.run(1e9) // the event is there, and not yet taken
	x.b.ok(x.b.Close(x.s))
	fd, _ := x.b.listen(kernel.ListenOptions{})
	if fd != x.s {
		t.Fatalf("%d was not used again, but %d", x.s, fd)
	}
	x.b.quiet(fd, 1e9)
}
