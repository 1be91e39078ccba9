package simnet

import (
	"fmt"
	"testing"

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
