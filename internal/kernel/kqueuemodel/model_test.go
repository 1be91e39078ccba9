//go:build linux

package kqueuemodel

import (
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy/internal/kernel"
)

func TestClearReportsOnce(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
	r.fetch(0)
	r.write(a, "one")
	if ev := r.fetch(1)[0]; ev.Ident != uintptr(b) || ev.Filter != kernel.EvfiltRead || ev.Data != 3 || ev.Udata[0] != uintptr(b)+1000 {
		t.Errorf("%+v", ev)
	}
	r.write(a, "more") // an edge, although the first was not read
	if ev := r.fetch(1)[0]; ev.Data != 7 {
		t.Errorf("%+v", ev)
	}
}

func TestWithoutClearItIsReportedWhileItHolds(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd), 0)
	r.write(a, "x")
	room := make([]kernel.Kevent, 8)
	for i := range 3 {
		if n, errno := r.q.kevent(nil, room, -1); n != 1 && errno != unix.EINTR {
			t.Errorf("time %d: %d events, %v", i, n, errno)
		}
	}
	r.read(b, 1)
	r.fetch(0)
	r.write(a, "y")
	if n, errno := r.q.kevent(nil, room, -1); n != 1 && errno != unix.EINTR {
		t.Errorf("after more: %d events, %v", n, errno)
	}
}

func TestOneshotIsGoneAfterItsEvent(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd|kernel.EvOneshot), 0)
	r.write(a, "x")
	r.fetch(1)
	r.write(a, "y")
	r.fetch(0)
	r.change(filter(b, kernel.EvfiltRead, kernel.EvDelete), unix.ENOENT)
}

func TestWhatWasReadAwayIsNotReported(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
	r.write(a, "x")
	r.read(b, 1)
	r.fetch(0)
}

func TestDirectionsHaveFiltersOfTheirOwn(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
	r.change(filter(b, kernel.EvfiltWrite, kernel.EvAdd|kernel.EvClear), 0)
	if ev := r.fetch(1)[0]; ev.Filter != kernel.EvfiltWrite {
		t.Errorf("%+v", ev)
	}
	r.write(a, "x")
	if ev := r.fetch(1)[0]; ev.Filter != kernel.EvfiltRead {
		t.Errorf("%+v", ev)
	}
	// Room in one direction is no news of the other, which has been reported.
	r.must(unix.SetNonblock(a, true))
	r.must(unix.SetNonblock(b, true))
	p := make([]byte, 1<<16)
	for err := error(nil); err == nil; {
		_, err = unix.Write(b, p)
	}
	for err := error(nil); err == nil; {
		_, err = unix.Read(a, p)
	}
	room := make([]kernel.Kevent, 8)
	for told := false; !told; {
		n, errno := r.q.kevent(nil, room, 10*time.Second)
		if n == 0 && errno != unix.EINTR {
			t.Fatalf("no event of the room: %v", errno)
		}
		for _, ev := range room[:n] {
			if ev.Filter != kernel.EvfiltWrite {
				t.Errorf("%+v", ev)
			}
			told = true
		}
	}
}

// Half-close ends the peer's read direction and one's own write direction, and data that came before is still there.
func TestHalfCloseIsTheEndOfOneDirection(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(a, kernel.EvfiltWrite, kernel.EvAdd|kernel.EvClear), 0)
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
	r.fetch(1)
	r.write(a, "last")
	r.must(unix.Shutdown(a, unix.SHUT_WR))
	for _, ev := range r.fetch(2) {
		if ev.Flags&kernel.EvEOF == 0 || ev.Fflags != 0 {
			t.Errorf("no plain end: %+v", ev)
		}
		if ev.Filter == kernel.EvfiltRead && (ev.Ident != uintptr(b) || ev.Data != 4) {
			t.Errorf("%+v", ev)
		}
	}
	r.change(filter(b, kernel.EvfiltWrite, kernel.EvAdd|kernel.EvClear), 0)
	if ev := r.fetch(1)[0]; ev.Filter != kernel.EvfiltWrite || ev.Flags&kernel.EvEOF != 0 {
		t.Errorf("the other direction: %+v", ev)
	}
}

func TestResetIsTheEndOfBothWithAnError(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
	r.change(filter(b, kernel.EvfiltWrite, kernel.EvAdd|kernel.EvClear), 0)
	r.fetch(1)
	r.must(unix.SetsockoptLinger(a, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}))
	r.must(unix.Shutdown(a, unix.SHUT_RD)) // no event for b
	r.must(unix.Dup2(b, a))                // closes a; its cleanup then closes the duplicate
	for _, ev := range r.fetch(2) {
		if ev.Flags&kernel.EvEOF == 0 || ev.Fflags == 0 {
			t.Errorf("%+v", ev)
		}
	}
}

func TestDeletedFilterReportsNothing(t *testing.T) {
	r := newRig(t)
	a, b := r.pair()
	r.change(filter(b, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
	r.change(filter(b, kernel.EvfiltWrite, kernel.EvAdd), 0)
	r.write(a, "x")
	if n := len(r.fetchSome()); n == 0 {
		t.Fatal("nothing to take away")
	}
	r.change(filter(b, kernel.EvfiltRead, kernel.EvDelete), 0)
	r.change(filter(b, kernel.EvfiltWrite, kernel.EvDelete), 0)
	r.write(a, "y")
	r.fetch(0)
	r.change(filter(b, kernel.EvfiltRead, kernel.EvDelete), unix.ENOENT)
}

func TestFiltersOfAClosedDescriptorDoNotSpeakForTheNext(t *testing.T) {
	r := newRig(t)
	_, old := r.pair()
	r.change(filter(old, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
	a, b := r.pair()
	r.must(unix.Dup2(b, old)) // closes old and takes its number
	r.write(a, "x")
	r.fetch(0)
	c := filter(old, kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear)
	c.Udata[0] = 7
	r.change(c, 0)
	if ev := r.fetch(1)[0]; ev.Udata[0] != 7 {
		t.Errorf("%+v", ev)
	}
}

func TestChangesThatFail(t *testing.T) {
	r := newRig(t)
	a, _ := r.pair()
	r.change(filter(1<<20, kernel.EvfiltRead, kernel.EvAdd), unix.EBADF)
	r.change(filter(1<<20, kernel.EvfiltRead, kernel.EvDelete), unix.EBADF)
	r.change(filter(a, kernel.EvfiltWrite, kernel.EvDelete), unix.ENOENT)
	r.change(filter(0, kernel.EvfiltUser, 0), unix.ENOENT)
	r.change(filter(a, 99, kernel.EvAdd), unix.EINVAL)

	// With room the failure is an event, and the other changes are made.
	room := make([]kernel.Kevent, 2)
	n, errno := r.q.kevent([]kernel.Kevent{
		filter(1<<20, kernel.EvfiltRead, kernel.EvAdd),
		filter(a, kernel.EvfiltWrite, kernel.EvAdd|kernel.EvClear),
	}, room, -1)
	if n != 1 || errno != 0 || room[0].Flags&kernel.EvError == 0 || room[0].Data != int64(unix.EBADF) || room[0].Udata[0] != 1<<20+1000 {
		t.Errorf("%d, %v, %+v", n, errno, room)
	}
	r.fetch(1)
}

func TestTriggersOfAUserEventAreOneEvent(t *testing.T) {
	r := newRig(t)
	r.change(kernel.Kevent{Filter: kernel.EvfiltUser, Flags: kernel.EvAdd | kernel.EvClear, Udata: [1]uintptr{5}}, 0)
	r.fetch(0)
	trigger := kernel.Kevent{Filter: kernel.EvfiltUser, Fflags: kernel.NoteTrigger, Udata: [1]uintptr{6}}
	for range 2 {
		r.change(trigger, 0)
		r.change(trigger, 0)
		if ev := r.fetch(1)[0]; ev.Udata[0] != 6 || ev.Fflags != 0 {
			t.Errorf("%+v", ev)
		}
	}
	r.change(kernel.Kevent{Filter: kernel.EvfiltUser, Flags: kernel.EvDelete}, 0)
	r.change(trigger, unix.ENOENT)
}

func TestTriggerEndsASleep(t *testing.T) {
	r := newRig(t)
	r.change(kernel.Kevent{Filter: kernel.EvfiltUser, Flags: kernel.EvAdd | kernel.EvClear}, 0)
	for range 100 {
		var trigger sync.WaitGroup
		trigger.Go(func() {
			r.change(kernel.Kevent{Filter: kernel.EvfiltUser, Fflags: kernel.NoteTrigger}, 0)
		})
		r.fetch(1)
		trigger.Wait()
	}
}

func TestKnoteWaitsForRoomOnce(t *testing.T) {
	r := newRig(t)
	var from, to [2]int
	for i := range from {
		from[i], to[i] = r.pair()
		r.change(filter(to[i], kernel.EvfiltRead, kernel.EvAdd|kernel.EvClear), 0)
		r.write(from[i], "x")
	}
	if ev := r.fetchSome(); len(ev) != 1 || ev[0].Ident != uintptr(to[0]) {
		t.Fatalf("%+v", ev)
	}
	r.write(from[1], "y") // an edge of one that is active already
	if ev := r.fetch(1)[0]; ev.Ident != uintptr(to[1]) || ev.Data != 2 {
		t.Errorf("%+v", ev)
	}
}

func TestMoreEventsThanRoom(t *testing.T) {
	r := newRig(t)
	seen := make(map[uintptr]bool)
	for range 5 {
		_, b := r.pair()
		r.change(filter(b, kernel.EvfiltWrite, kernel.EvAdd|kernel.EvClear), 0)
		seen[uintptr(b)] = false
	}
	for range 5 {
		for _, ev := range r.fetchSome() {
			if seen[ev.Ident] {
				t.Errorf("%d came twice", ev.Ident)
			}
			seen[ev.Ident] = true
		}
	}
	for fd, was := range seen {
		if !was {
			t.Errorf("%d never came", fd)
		}
	}
}
