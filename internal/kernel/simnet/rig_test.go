package simnet

import (
	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// rig is a network under test. Its hosts' kernels are called from the test itself; a Wait moves the clock.
type rig struct {
	*testing.T
	net *Net
}

// epoch is any moment.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func newRig(t *testing.T) *rig { return onTape(t, tape.Seeded(1)) }

func onTape(t *testing.T, from *tape.Tape) *rig {
	return &rig{T: t, net: New(from, epoch)}
}

// host adds a host and boots it.
func (r *rig) host(name string) (*Host, *node) {
	h := r.net.Host(name)
	return h, r.boot(h)
}

// boot starts a host with a kernel whose Wait moves the clock.
func (r *rig) boot(h *Host) *node {
	n := &node{rig: r, seen: make(map[int]kernel.Ready), events: make([]kernel.Event, 16)}
	n.Kernel = h.Boot(func() {
		for !n.Runnable() {
			at, ok := r.net.Next()
			if !ok {
				r.Fatalf("%s waits for ever", h.name)
			}
			r.net.Advance(at)
		}
	})
	return n
}

// run lets time pass.
func (r *rig) run(d time.Duration) { r.net.Advance(r.net.Now() + d) }

// node is a host's kernel and what it has reported, by descriptor.
type node struct {
	*Kernel
	rig    *rig
	seen   map[int]kernel.Ready
	events []kernel.Event
}

func (n *node) ok(errno kernel.Errno) {
	n.rig.Helper()
	if errno != 0 {
		n.rig.Fatal(errno)
	}
}

// listen makes a listener, registered.
func (n *node) listen(opt kernel.ListenOptions) (fd int, addr kernel.Addr) {
	n.rig.Helper()
	fd, err := n.Listen(addrOf(n.host.addr4, 0), opt)
	if err != nil {
		n.rig.Fatal(err)
	}
	n.ok(n.Register(fd, kernel.Token(fd)))
	addr, errno := n.LocalAddr(fd)
	n.ok(errno)
	return fd, addr
}

// dial starts to connect, and registers.
func (n *node) dial(to kernel.Addr) int {
	n.rig.Helper()
	fd, _, err := n.Dial(to, kernel.DialOptions{})
	if err != nil {
		n.rig.Fatal(err)
	}
	n.ok(n.Register(fd, kernel.Token(fd)))
	return fd
}

// accept waits for a connection, and registers it.
func (n *node) accept(listener int) int {
	n.rig.Helper()
	for {
		fd, _, errno := n.Accept(listener)
		if errno == syscall.EAGAIN {
			n.await(listener, kernel.Readable)
			continue
		}
		n.ok(errno)
		n.ok(n.Register(fd, kernel.Token(fd)))
		return fd
	}
}

// wait makes one Wait.
func (n *node) wait(timeout time.Duration) int {
	n.rig.Helper()
	got, errno := n.Wait(n.events, timeout)
	n.ok(errno)
	for _, e := range n.events[:got] {
		n.seen[int(e.Token)] |= e.Ready
	}
	return got
}

// patience ends a wait for an event that does not come. In virtual time it costs nothing.
const patience = 1000 * time.Hour

// await waits until one of ready has been reported of fd, takes those, and returns all that was.
func (n *node) await(fd int, ready kernel.Ready) kernel.Ready {
	n.rig.Helper()
	end := n.rig.net.Now() + patience
	for n.seen[fd]&ready == 0 {
		if left := end - n.rig.net.Now(); left <= 0 || n.wait(left) == 0 {
			n.rig.Fatalf("%s: nothing comes of %d but %06b", n.host.name, fd, n.seen[fd])
		}
	}
	all := n.seen[fd]
	n.seen[fd] &^= ready
	return all
}

// quiet checks that from now on nothing is reported of fd for a while.
func (n *node) quiet(fd int, d time.Duration) {
	n.rig.Helper()
	delete(n.seen, fd)
	for end := n.rig.net.Now() + d; n.rig.net.Now() < end; {
		n.wait(end - n.rig.net.Now())
	}
	if n.seen[fd] != 0 {
		n.rig.Fatalf("%s: %06b came of %d", n.host.name, n.seen[fd], fd)
	}
}

// send writes all of p.
func (n *node) send(fd int, p []byte) {
	n.rig.Helper()
	for len(p) > 0 {
		m, errno := n.Write(fd, p)
		if errno == syscall.EAGAIN {
			n.await(fd, kernel.Writable)
			continue
		}
		n.ok(errno)
		p = p[m:]
	}
}

// expect reads exactly p.
func (n *node) expect(fd int, p []byte) {
	n.rig.Helper()
	got := make([]byte, len(p))
	for have := 0; have < len(p); {
		m, errno := n.Read(fd, got[have:])
		switch {
		case errno == syscall.EAGAIN:
			n.await(fd, kernel.Readable|kernel.Failed)
		case errno != 0 || m == 0:
			n.rig.Fatalf("%s: read after %d bytes: %d, %v", n.host.name, have, m, errno)
		}
		have += m
	}
	if !bytes.Equal(got, p) {
		n.rig.Fatalf("%s: %d bytes arrived changed", n.host.name, len(p))
	}
}

// fails waits for the connection to end with an error.
func (n *node) fails(fd int, want kernel.Errno) {
	n.rig.Helper()
	n.await(fd, kernel.Failed)
	value, errno := n.Option(fd, kernel.OptError)
	n.ok(errno)
	if kernel.Errno(value) != want {
		n.rig.Fatalf("%s: error %v, want %v", n.host.name, kernel.Errno(value), want)
	}
}

// connection is two hosts with a connection between them, both ends registered.
type connection struct {
	*rig
	a, b     *node
	ha, hb   *Host
	c, s     int
	listener int
	addr     kernel.Addr
}

func connected(t *testing.T) *connection { return newRig(t).connection() }

func (r *rig) connection() *connection {
	r.Helper()
	x := &connection{rig: r}
	x.ha, x.a = r.host("alice")
	x.hb, x.b = r.host("bob")
	x.listener, x.addr = x.b.listen(kernel.ListenOptions{})
	x.c = x.a.dial(x.addr)
	x.s = x.b.accept(x.listener)
	x.a.await(x.c, kernel.Writable)
	x.b.await(x.s, kernel.Writable)
	return x
}

// took checks how long something took, to a tenth of a second: latencies do not matter.
func (r *rig) took(since, want time.Duration) {
	r.Helper()
	if got := r.net.Now() - since; got.Round(100*time.Millisecond) != want {
		r.Fatalf("it took %v, want %v", got, want)
	}
}

// pattern returns n bytes in which no stretch looks like another.
func pattern(n int) []byte {
	p := make([]byte, n)
	x := uint32(1)
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return p
}
