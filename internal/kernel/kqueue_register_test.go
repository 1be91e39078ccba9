//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

import (
	"errors"
	"os"
	"reflect"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func both(fd int, flags KeventFlags, token Token) []Kevent {
	return []Kevent{
		newKevent(uintptr(fd), EvfiltRead, flags, 0, token),
		newKevent(uintptr(fd), EvfiltWrite, flags, 0, token),
	}
}

// wantChanges checks which changes were made since the script began, call by call.
func (s *script) wantChanges(want ...[]Kevent) {
	s.Helper()
	s.done()
	var got [][]Kevent
	for _, c := range s.calls {
		if c.room != 0 {
			s.Errorf("a call that makes changes had room for %d events", c.room)
		}
		got = append(got, c.changes)
	}
	if !reflect.DeepEqual(got, want) {
		s.Errorf("changes\n%+v\nwant\n%+v", got, want)
	}
}

func TestBothFiltersAreAddedInOneCall(t *testing.T) {
	k, s := scripted(t, answer{}, answer{})
	if errno := k.Register(70, 5); errno != 0 {
		t.Fatal(errno)
	}
	if errno := k.Deregister(70); errno != 0 {
		t.Fatal(errno)
	}
	s.wantChanges(both(70, EvAdd|EvClear, 5), both(70, EvDelete, 0))
	if k.counters != (Counters{Waits: k.counters.Waits, Registers: 1, Deregisters: 1}) {
		t.Errorf("counters %+v", k.counters)
	}
}

// F6: kqueue would take the second registration for a change of the first.
func TestSecondRegistrationIsRefusedWithoutACall(t *testing.T) {
	k, s := scripted(t, answer{}, answer{}, answer{})
	_ = k.Register(4, 5)
	if errno := k.Register(4, 6); errno != unix.EEXIST {
		t.Errorf("second: %v, want EEXIST", errno)
	}
	_ = k.Deregister(4)
	if errno := k.Register(4, 7); errno != 0 {
		t.Errorf("after Deregister: %v", errno)
	}
	s.wantChanges(both(4, EvAdd|EvClear, 5), both(4, EvDelete, 0), both(4, EvAdd|EvClear, 7))
}

func TestFailedRegistrationLeavesNoFilter(t *testing.T) {
	k, s := scripted(t, answer{errno: unix.ENOMEM}, answer{errno: unix.ENOENT}, answer{})
	if errno := k.Register(4, 5); errno != unix.ENOMEM {
		t.Errorf("%v, want ENOMEM", errno)
	}
	if errno := k.Register(4, 6); errno != 0 {
		t.Errorf("another try: %v", errno)
	}
	s.wantChanges(both(4, EvAdd|EvClear, 5), both(4, EvDelete, 5), both(4, EvAdd|EvClear, 6))
}

// F4
func TestInterruptedChangeIsMadeAgain(t *testing.T) {
	k, s := scripted(t, answer{errno: unix.EINTR}, answer{}, answer{errno: unix.EINTR}, answer{})
	if errno := k.Register(4, 5); errno != 0 {
		t.Error(errno)
	}
	if errno := k.Deregister(4); errno != 0 {
		t.Error(errno)
	}
	add, remove := both(4, EvAdd|EvClear, 5), both(4, EvDelete, 0)
	s.wantChanges(add, add, remove, remove)
}

func TestDeregisterSaysWhatTheSystemSays(t *testing.T) {
	k, s := scripted(t, answer{errno: unix.EBADF})
	if errno := k.Deregister(1 << 20); errno != unix.EBADF {
		t.Errorf("%v, want EBADF", errno)
	}
	s.done()
}

func TestWakeTriggersTheEventOfItsOwn(t *testing.T) {
	s := &script{T: t, answers: []answer{{}, {errno: unix.EINTR}, {}}}
	k, err := newKqueue(s.queue())
	if err != nil {
		t.Fatal(err)
	}
	k.Wake()
	trigger := []Kevent{newKevent(wakeIdent, EvfiltUser, 0, NoteTrigger, WakeToken)}
	s.wantChanges([]Kevent{newKevent(wakeIdent, EvfiltUser, EvAdd|EvClear, 0, WakeToken)}, trigger, trigger)
}

// Without EVFILT_USER the wake-up is a pipe's read end.
func TestPipeReplacesTheMissingFilter(t *testing.T) {
	s := &script{T: t, answers: []answer{{errno: unix.EINVAL}, {}}}
	k, err := newKqueue(s.queue())
	if err != nil {
		t.Fatal(err)
	}
	pipe := k.wakeup.(*wakePipe)
	if got, want := s.calls[1].changes, newKevent(uintptr(pipe.read), EvfiltRead, EvAdd|EvClear, 0, WakeToken); len(got) != 1 || got[0] != want {
		t.Errorf("registered %+v, want %+v", got, want)
	}
	for _, fd := range []int{pipe.read, pipe.write} {
		status, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		flags, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if status&unix.O_NONBLOCK == 0 || flags&unix.FD_CLOEXEC == 0 || fd < firstFree {
			t.Errorf("descriptor %d: status %#x, flags %#x", fd, status, flags)
		}
	}
	if err := k.End(); err != nil || s.closed != 1 {
		t.Errorf("End: %v; the queue was closed %d times", err, s.closed)
	}
	for _, fd := range []int{pipe.read, pipe.write} {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != unix.EBADF {
			t.Errorf("descriptor %d is still open", fd)
		}
	}
}

func TestFailedStartClosesTheQueue(t *testing.T) {
	for _, answers := range [][]answer{
		{{errno: unix.ENOMEM}},
		{{errno: unix.EINVAL}, {errno: unix.ENOMEM}},
	} {
		s := &script{T: t, answers: answers}
		k, err := NewKqueue(s.queue())
		var named *os.SyscallError
		if k != nil || !errors.As(err, &named) || named.Syscall != "kevent" || named.Err != unix.ENOMEM {
			t.Errorf("%v, %v", k, err)
		}
		if s.closed != 1 {
			t.Errorf("the queue was closed %d times", s.closed)
		}
	}
}

func TestDescriptorSet(t *testing.T) {
	var s descriptorSet
	s.remove(3)
	for _, fd := range []int{0, 63, 64, 1000} {
		if s.has(fd) {
			t.Errorf("%d is in before it was added", fd)
		}
		s.add(fd)
		if !s.has(fd) || s.has(fd+1) || s.has(fd+64) {
			t.Errorf("after adding %d: %x", fd, s)
		}
	}
	s.remove(63)
	if s.has(63) || !s.has(64) || !s.has(0) || s.has(-1) {
		t.Errorf("after removing 63: %x", s)
	}
}

func TestRegisteringAllocatesNothing(t *testing.T) {
	accept := func([]Kevent, []Kevent, time.Duration) (int, Errno) { return 0, 0 }
	k, err := newKqueue(Kqueue{Kevent: accept})
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		k.Register(4, 1)
		k.Deregister(4)
		k.Wake()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
