//go:build linux

package kqueuemodel

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy/internal/kernel"
)

// rig is a queue and the sockets of a test.
type rig struct {
	*testing.T
	q *queue
}

func newRig(t *testing.T) rig {
	before := descriptors(t)
	t.Cleanup(func() { // the last one: after everything was closed
		if after := descriptors(t); after != before {
			t.Errorf("%d descriptors were open before, %d after", before, after)
		}
	})
	q, err := newQueue(kernel.EvfiltUser)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.close(); err != nil {
			t.Error(err)
		}
	})
	return rig{t, q}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// pair returns both ends of a TCP connection.
func (r rig) pair() (a, b int) {
	r.Helper()
	listener := r.socket()
	r.must(unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	r.must(unix.Listen(listener, 1))
	addr, err := unix.Getsockname(listener)
	r.must(err)
	a = r.socket()
	r.must(unix.Connect(a, addr))
	b, _, err = unix.Accept4(listener, unix.SOCK_CLOEXEC)
	r.must(err)
	r.Cleanup(func() { _ = unix.Close(b) })
	return a, b
}

func (r rig) socket() int {
	r.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	r.must(err)
	r.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

func (r rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r rig) write(fd int, s string) {
	r.Helper()
	_, err := unix.Write(fd, []byte(s))
	r.must(err)
}

func (r rig) read(fd int, n int) {
	r.Helper()
	m, err := unix.Read(fd, make([]byte, n))
	r.must(err)
	if m != n {
		r.Fatalf("read %d of %d bytes", m, n)
	}
}

func filter(fd int, f kernel.KeventFilter, flags kernel.KeventFlags) kernel.Kevent {
	return kernel.Kevent{Ident: uintptr(fd), Filter: f, Flags: flags, Udata: [1]uintptr{uintptr(fd) + 1000}}
}

// change applies one change and checks its error.
func (r rig) change(c kernel.Kevent, want kernel.Errno) {
	r.Helper()
	if _, errno := r.q.kevent([]kernel.Kevent{c}, nil, 0); errno != want {
		r.Fatalf("%+v: %v, want %v", c, errno, want)
	}
}

// fetch waits for n events and checks that no others are there.
func (r rig) fetch(n int) []kernel.Kevent {
	r.Helper()
	var all []kernel.Kevent
	room := make([]kernel.Kevent, 8)
	for len(all) < n {
		m, errno := r.q.kevent(nil, room, 10*time.Second)
		if errno == unix.EINTR {
			continue
		}
		if m == 0 || errno != 0 {
			r.Fatalf("%d, %v after %+v", m, errno, all)
		}
		all = append(all, room[:m]...)
	}
	if m, errno := r.q.kevent(nil, room, 0); m != 0 || errno != 0 || len(all) > n {
		r.Fatalf("besides %+v: %+v, %v", all, room[:m], errno)
	}
	return all
}

// fetchSome takes one event of those that are there.
func (r rig) fetchSome() []kernel.Kevent {
	r.Helper()
	room := make([]kernel.Kevent, 1)
	n, errno := r.q.kevent(nil, room, 0)
	if errno != 0 {
		r.Fatal(errno)
	}
	return room[:n]
}
