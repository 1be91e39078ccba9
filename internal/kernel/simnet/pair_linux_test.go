package simnet

import (
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

type ending struct {
	name string
	run  func(p *pair)
}

// pair is a connection between c and s, and what was noted of it.
type pair struct {
	*testing.T
	k        kernel.Kernel
	c, s     int
	listener int
	addr     kernel.Addr
	b        strings.Builder
}

// pairs counts, so that each has a name of its own: that of one before may still be bound.
var pairs atomic.Int64

func (e ending) notes(t *testing.T, k kernel.Kernel, unix bool) string {
	p := &pair{T: t, k: k, c: -1, s: -1}
	p.addr = kernel.Addr{IP: netip.MustParseAddrPort("127.0.0.1:0")}
	if unix {
		p.addr = kernel.Addr{Unix: true, Path: fmt.Sprintf("@eddy-%d-%d", syscall.Getpid(), pairs.Add(1))}
	}
	var err error
	p.listener, err = k.Listen(p.addr, kernel.ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p.addr, _ = k.LocalAddr(p.listener)
	p.ok(k.Register(p.listener, 0))
	e.run(p)
	if err := k.End(); err != nil {
		t.Error(err)
	}
	return p.b.String()
}

func (p *pair) ok(errno kernel.Errno) {
	p.Helper()
	if errno != 0 {
		p.Fatal(errno)
	}
}

func (p *pair) dial() int {
	p.Helper()
	fd, _, err := p.k.Dial(p.addr, kernel.DialOptions{})
	if err != nil {
		p.Fatal(err)
	}
	p.ok(p.k.Register(fd, 1))
	return fd
}

func (p *pair) accept() int {
	p.Helper()
	for {
		fd, _, errno := p.k.Accept(p.listener)
		if errno == 0 {
			p.ok(p.k.Register(fd, 2))
			return fd
		}
		p.settle()
	}
}

// open connects c and s, and consumes their first events.
func (p *pair) open() {
	p.c = p.dial()
	p.s = p.accept()
	p.settle()
}

// settle waits until nothing is reported any more, and returns what was.
func (p *pair) settle() (seen [3]kernel.Ready) {
	events := make([]kernel.Event, 8)
	for {
		n, errno := p.k.Wait(events, 5*time.Millisecond)
		p.ok(errno)
		if n == 0 {
			return seen
		}
		for _, e := range events[:n] {
			seen[e.Token] |= e.Ready
		}
	}
}

// events notes what is reported of both ends.
func (p *pair) events() {
	seen := p.settle()
	fmt.Fprintf(&p.b, "events c=%06b s=%06b\n", seen[1], seen[2])
}

func (p *pair) read(fd int) {
	buf := make([]byte, 100)
	n, errno := p.k.Read(fd, buf)
	fmt.Fprintf(&p.b, "read %s %q %v\n", p.name(fd), buf[:n], errno)
}

func (p *pair) write(fd int, s string) {
	n, errno := p.k.Write(fd, []byte(s))
	fmt.Fprintf(&p.b, "write %s %d %v\n", p.name(fd), n, errno)
}

func (p *pair) error(fd int) {
	value, errno := p.k.Option(fd, kernel.OptError)
	fmt.Fprintf(&p.b, "error %s %v %v\n", p.name(fd), syscall.Errno(value), errno)
}

func (p *pair) shutdown(fd int, how kernel.How) {
	fmt.Fprintf(&p.b, "shutdown %s %v\n", p.name(fd), p.k.Shutdown(fd, how))
}

func (p *pair) peer(fd int) {
	_, errno := p.k.PeerAddr(fd)
	fmt.Fprintf(&p.b, "peer %s %v\n", p.name(fd), errno)
}

func (p *pair) close(fd int) { p.ok(p.k.Close(fd)) }

func (p *pair) reset(fd int) {
	p.ok(p.k.SetOption(fd, kernel.OptResetOnClose, 1))
	p.close(fd)
}

func (p *pair) name(fd int) string {
	switch fd {
	case p.c:
		return "c"
	case p.s:
		return "s"
	}
	return "listener"
}

// drain reads, writes and asks until there is nothing new to learn.
func (p *pair) drain(fd int) {
	for range 3 {
		p.read(fd)
	}
	p.write(fd, "x")
	p.settle()
	p.error(fd)
	p.read(fd)
	p.write(fd, "x")
	p.peer(fd)
}
