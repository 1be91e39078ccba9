package kernel

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What the tests of this package share: an epoll kernel, and sockets that are closed at the test's end.

// patience ends a loop that waits for something that never comes. Picked: far above any delay of a machine that works.
const patience = 20 * time.Second

var loopback = Addr{IP: netip.MustParseAddrPort("127.0.0.1:0")}

func openEpoll(t *testing.T) *epoll {
	t.Helper()
	k, err := newEpoll()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.End(); err != nil {
			t.Error(err)
		}
	})
	return k
}

func closing(t *testing.T, k Kernel, fd int) int {
	t.Cleanup(func() { k.Close(fd) })
	return fd
}

func listenOn(t *testing.T, k Kernel, addr Addr, opt ListenOptions) int {
	t.Helper()
	fd, err := k.Listen(addr, opt)
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, k, fd)
}

func dialTo(t *testing.T, k Kernel, listener int) int {
	t.Helper()
	addr, _ := k.LocalAddr(listener)
	fd, _, err := k.Dial(addr, DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, k, fd)
}

// acceptFrom takes a connection that was dialled on this host; such a connection is there when Dial has returned.
func acceptFrom(t *testing.T, k Kernel, listener int) (int, Addr) {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		fd, peer, errno := k.Accept(listener)
		if errno == 0 {
			return closing(t, k, fd), peer
		}
		if errno != unix.EAGAIN || time.Now().After(end) {
			t.Fatal(errno)
		}
	}
}

func connected(t *testing.T, k Kernel, addr Addr) (client, server int) {
	t.Helper()
	listener := listenOn(t, k, addr, ListenOptions{})
	client = dialTo(t, k, listener)
	server, _ = acceptFrom(t, k, listener)
	return client, server
}

func socketPath(t *testing.T) Addr {
	return Addr{Unix: true, Path: filepath.Join(t.TempDir(), "s")}
}

// lowestFree returns the number that the next descriptor will have.
func lowestFree(t *testing.T) int {
	t.Helper()
	fd, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = unix.Close(fd)
	return fd
}

// limitDescriptors lets the process open none above limit-1 while fn runs.
func limitDescriptors(t *testing.T, limit int, fn func()) {
	t.Helper()
	var old unix.Rlimit
	if err := unix.Prlimit(0, unix.RLIMIT_NOFILE, nil, &old); err != nil {
		t.Fatal(err)
	}
	low := unix.Rlimit{Cur: uint64(limit), Max: old.Max}
	if err := unix.Prlimit(0, unix.RLIMIT_NOFILE, &low, nil); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Prlimit(0, unix.RLIMIT_NOFILE, &old, nil); err != nil {
			t.Fatal(err)
		}
	}()
	fn()
}
