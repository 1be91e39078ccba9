package simnet

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/tape"
)

// What a socket's process sees of closes, half-closes and resets is the same here as on the Linux that runs the test:
// the same scripts run on both, and what they note is compared.
func TestSocketsEndAsOnLinux(t *testing.T) {
	for _, s := range endings {
		for _, unix := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/unix=%v", s.name, unix), func(t *testing.T) {
				real, err := kernel.New()
				if err != nil {
					t.Fatal(err)
				}
				want := s.notes(t, real, unix)
				got := s.notes(t, Standalone(tape.Seeded(1)), unix)
				if got != want {
					t.Errorf("here:\n%s\non Linux:\n%s", got, want)
				}
			})
		}
	}
}

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

func (e ending) notes(t *testing.T, k kernel.Kernel, unix bool) string {
	p := &pair{T: t, k: k, c: -1, s: -1}
	p.addr = kernel.Addr{IP: netip.MustParseAddrPort("127.0.0.1:0")}
	if unix {
		p.addr = kernel.Addr{Unix: true, Path: fmt.Sprintf("@eddy-%d-%p", syscall.Getpid(), p)}
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

var endings = []ending{
	{"reset with data queued", func(p *pair) { p.open(); p.write(p.c, "hello"); p.reset(p.c); p.events(); p.drain(p.s) }},
	{"reset, write first", func(p *pair) {
		p.open()
		p.write(p.c, "hello")
		p.settle()
		p.reset(p.c)
		p.settle()
		p.write(p.s, "x")
		p.write(p.s, "x")
		p.drain(p.s)
	}},
	{"reset, ask for the error first", func(p *pair) { p.open(); p.reset(p.c); p.settle(); p.error(p.s); p.drain(p.s) }},
	{"half-close, then reset", func(p *pair) {
		p.open()
		p.write(p.c, "bye")
		p.settle()
		p.shutdown(p.c, kernel.ShutWrite)
		p.events()
		p.reset(p.c)
		p.events()
		p.drain(p.s)
	}},
	{"half-close that was read, then reset", func(p *pair) {
		p.open()
		p.shutdown(p.c, kernel.ShutWrite)
		p.events()
		p.read(p.s)
		p.reset(p.c)
		p.events()
		p.write(p.s, "x")
		p.drain(p.s)
	}},
	{"close, then writes", func(p *pair) {
		p.open()
		p.close(p.c)
		p.events()
		p.write(p.s, "x")
		p.events()
		p.drain(p.s)
	}},
	{"close with data, then a write, then reads", func(p *pair) {
		p.open()
		p.write(p.c, "data")
		p.settle()
		p.close(p.c)
		p.settle()
		p.write(p.s, "x")
		p.events()
		p.drain(p.s)
	}},
	{"close with unread input", func(p *pair) {
		p.open()
		p.write(p.s, "unread")
		p.write(p.c, "sent")
		p.settle()
		p.close(p.c)
		p.events()
		p.drain(p.s)
	}},
	{"close with unread input, after the peer's half-close", func(p *pair) {
		p.open()
		p.write(p.s, "unread")
		p.shutdown(p.s, kernel.ShutWrite)
		p.events()
		p.close(p.c)
		p.events()
		p.drain(p.s)
	}},
	{"both half-close", func(p *pair) {
		p.open()
		p.shutdown(p.c, kernel.ShutWrite)
		p.events()
		p.shutdown(p.s, kernel.ShutWrite)
		p.events()
		p.drain(p.s)
		p.drain(p.c)
		p.shutdown(p.c, kernel.ShutWrite)
		p.shutdown(p.s, kernel.ShutBoth)
		p.events()
	}},
	{"own reading ended", func(p *pair) {
		p.open()
		p.shutdown(p.s, kernel.ShutRead)
		p.events()
		p.read(p.s)
		p.write(p.s, "x")
		p.events()
		p.read(p.c)
		p.close(p.s)
		p.events()
		p.drain(p.c)
	}},
	{"own reading ended with data queued", func(p *pair) {
		p.open()
		p.write(p.c, "queued")
		p.settle()
		p.shutdown(p.s, kernel.ShutRead)
		p.events()
		p.read(p.s)
		p.read(p.s)
		p.close(p.s)
		p.events()
		p.drain(p.c)
	}},
	{"own reading ended, closed with data queued", func(p *pair) {
		p.open()
		p.write(p.c, "queued")
		p.settle()
		p.shutdown(p.s, kernel.ShutRead)
		p.settle()
		p.close(p.s)
		p.events()
		p.drain(p.c)
	}},
	{"both directions ended, then the peer writes", func(p *pair) {
		p.open()
		p.shutdown(p.s, kernel.ShutBoth)
		p.events()
		p.write(p.c, "x")
		p.events()
		p.drain(p.s)
		p.drain(p.c)
	}},
	{"reset before accept", func(p *pair) {
		p.c = p.dial()
		p.settle()
		p.reset(p.c)
		p.settle()
		p.c = -1
		p.s = p.accept()
		p.events()
		p.peer(p.s)
		p.drain(p.s)
	}},
	{"close before accept", func(p *pair) {
		p.c = p.dial()
		p.settle()
		p.write(p.c, "x")
		p.close(p.c)
		p.settle()
		p.c = -1
		p.s = p.accept()
		p.events()
		p.drain(p.s)
	}},
	{"listener closed with a connection in its queue", func(p *pair) {
		p.c = p.dial()
		p.events()
		p.write(p.c, "x")
		p.close(p.listener)
		p.events()
		p.drain(p.c)
	}},
	{"listener shut down with a connection in its queue", func(p *pair) {
		p.c = p.dial()
		p.settle()
		p.shutdown(p.listener, kernel.ShutWrite)
		p.shutdown(p.listener, kernel.ShutRead)
		p.events()
		_, _, errno := p.k.Accept(p.listener)
		p.b.WriteString(errno.Error())
	}},
	{"a listener is no connection", func(p *pair) {
		p.read(p.listener)
		p.write(p.listener, "x")
		p.error(p.listener)
		p.peer(p.listener)
	}},
	{"reset on close of a socket that has ended both directions", func(p *pair) {
		p.open()
		p.shutdown(p.c, kernel.ShutWrite)
		p.settle()
		p.shutdown(p.s, kernel.ShutWrite)
		p.settle()
		p.reset(p.s)
		p.events()
		p.drain(p.c)
	}},
	{"a connection that is refused", func(p *pair) {
		if p.addr.Unix {
			return
		}
		p.close(p.listener)
		p.c = p.dial()
		p.events()
		p.peer(p.c)
		p.drain(p.c)
		p.shutdown(p.c, kernel.ShutWrite)
	}},
	{"registered after the peer's close", func(p *pair) {
		p.open()
		p.ok(p.k.Deregister(p.s))
		p.close(p.c)
		p.settle()
		p.ok(p.k.Register(p.s, 2))
		p.events()
		p.shutdown(p.s, kernel.ShutWrite)
		p.events()
	}},
	{"end read, then closed", func(p *pair) {
		p.open()
		p.shutdown(p.s, kernel.ShutWrite)
		p.settle()
		p.drain(p.c)
		p.settle()
		p.drain(p.s)
		p.close(p.c)
		p.events()
		p.drain(p.s)
	}},
}
