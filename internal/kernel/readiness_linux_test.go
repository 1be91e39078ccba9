package kernel

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// reported waits until all of want has been reported for token.
func reported(t *testing.T, k Kernel, token Token, want Ready) {
	t.Helper()
	events := make([]Event, 16)
	seen := Ready(0)
	for end := k.Now() + patience; seen&want != want; {
		if k.Now() > end {
			t.Fatalf("reported %06b, want %06b", seen, want)
		}
		n, errno := k.Wait(events, time.Second)
		if errno != 0 {
			t.Fatal(errno)
		}
		for _, e := range events[:n] {
			if e.Token == token {
				seen |= e.Ready
			}
		}
	}
}

// F31: urgent data is reported, because a read stops early at its mark and no new edge comes for what is behind it.
func TestUrgentDataIsReported(t *testing.T) {
	k := openEpoll(t)
	client, server := connected(t, k, loopback)
	k.Register(server, 1)
	k.Write(client, []byte("abc"))
	reported(t, k, 1, Readable)
	if err := unix.Sendto(client, []byte("X"), unix.MSG_OOB, nil); err != nil {
		t.Fatal(err)
	}
	k.Write(client, []byte("defgh"))
	reported(t, k, 1, Urgent)
	p := make([]byte, 100)
	if n, errno := k.Read(server, p); string(p[:n]) != "abc" || errno != 0 {
		t.Errorf("first read: %q, %v", p[:n], errno)
	}
	if n, errno := k.Read(server, p); string(p[:n]) != "defgh" || errno != 0 {
		t.Errorf("second read: %q, %v", p[:n], errno)
	}
	if !k.ReportsUrgent() {
		t.Error("the kernel says that it does not report urgent data")
	}
}

// F3: after Deregister and Close nothing comes, though a duplicate keeps the socket alive.
func TestDuplicateKeepsNoRegistration(t *testing.T) {
	k := openEpoll(t)
	client, server := connected(t, k, loopback)
	moved, err := unix.FcntlInt(uintptr(server), unix.F_DUPFD_CLOEXEC, firstFree)
	if err != nil {
		t.Fatal(err)
	}
	duplicate, err := unix.FcntlInt(uintptr(moved), unix.F_DUPFD_CLOEXEC, firstFree)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, k, duplicate)
	k.Register(moved, 1)
	reported(t, k, 1, Writable)
	if errno := k.Deregister(moved); errno != 0 {
		t.Fatal(errno)
	}
	k.Close(moved)
	k.Write(client, []byte("x"))
	events := make([]Event, 4)
	if n, errno := k.Wait(events, 10*time.Millisecond); n != 0 || errno != 0 {
		t.Errorf("%v, %v", events[:n], errno)
	}
	if n, errno := k.Read(duplicate, make([]byte, 2)); n != 1 || errno != 0 {
		t.Errorf("the duplicate read %d bytes, %v", n, errno)
	}
}

// F34: a socket that is registered before it is dialled reports a hang-up, which is why Dial comes first.
func TestHangUpIsReported(t *testing.T) {
	k := openEpoll(t)
	fd, errno := k.open(unix.AF_INET)
	if errno != 0 {
		t.Fatal(errno)
	}
	closing(t, k, fd)
	k.Register(fd, 1)
	reported(t, k, 1, HangUp)
}

// F12: an error that is pending is reported as such.
func TestFailureIsReported(t *testing.T) {
	k := openEpoll(t)
	listener := listenOn(t, k, loopback, ListenOptions{})
	addr, _ := k.LocalAddr(listener)
	client, _, err := k.Dial(addr, DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	server, _ := acceptFrom(t, k, listener)
	k.Register(server, 1)
	k.SetOption(client, OptResetOnClose, 1)
	k.Close(client)
	reported(t, k, 1, Failed)
	if value, errno := k.Option(server, OptError); errno != 0 || Errno(value) != unix.ECONNRESET {
		t.Errorf("the error is %v, %v", Errno(value), errno)
	}
}

// F7: with no descriptor left accept fails, the connection stays, and it is taken when there is one again.
func TestAcceptWithoutDescriptors(t *testing.T) {
	k := openEpoll(t)
	listener := listenOn(t, k, loopback, ListenOptions{})
	dialTo(t, k, listener)
	limitDescriptors(t, lowestFree(t), func() {
		if _, _, errno := k.Accept(listener); errno != unix.EMFILE {
			t.Errorf("Accept: %v", errno)
		}
		addr, _ := k.LocalAddr(listener)
		if _, _, err := k.Dial(addr, DialOptions{}); err == nil || err.Error() != "socket: too many open files" {
			t.Errorf("Dial: %v", err)
		}
	})
	acceptFrom(t, k, listener)
}

func TestNewWithoutDescriptors(t *testing.T) {
	free := lowestFree(t)
	for room, want := range []string{"epoll_create1: too many open files", "eventfd: too many open files"} {
		limitDescriptors(t, free+room, func() {
			if k, err := New(); err == nil || err.Error() != want || k != nil {
				t.Errorf("room for %d: %v, %v", room, k, err)
			}
		})
	}
	if now := lowestFree(t); now != free {
		t.Errorf("the lowest free descriptor was %d and is %d", free, now)
	}
}
