// Program 2-reactor is the second step: the reactor alone, without a task or a future above it. The loop in main is
// the whole runtime: serve whoever was woken, then sleep in the kernel until somebody else is. A reply that the kernel
// does not take at once ends the connection here; the steps that follow wait for room, in straight-line code.
package main

import (
	"fmt"
	"io"
	"log"
	"net/netip"
	"os"
	"syscall"

	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/reactor"
)

func main() {
	address := append(os.Args[1:], "127.0.0.1:8080")[0]
	k, err := kernel.New()
	if err != nil {
		log.Fatal(err)
	}
	fd, err := k.Listen(kernel.Addr{IP: netip.MustParseAddrPort(address)}, kernel.ListenOptions{})
	if err != nil {
		log.Fatal(err)
	}
	local, _ := k.LocalAddr(fd)
	fmt.Println("listening on", local.IP)
	l := &loop{kernel: k, reactor: reactor.New(k)}
	for err = l.add(fd, l.accept); err == nil; err = l.reactor.Wait(-1) {
		for _, s := range l.woken {
			l.serve(s)
		}
		l.woken = l.woken[:0]
	}
	log.Fatal(err)
}

type loop struct {
	kernel  kernel.Kernel
	reactor *reactor.Reactor
	woken   []*socket
}

// socket is a registered descriptor, and the call to make while it is ready.
type socket struct {
	loop   *loop
	source reactor.Source
	waiter reactor.Waiter
	call   func(fd int) error
}

// WakeLocal is called by the reactor in the middle of a batch of events. So it only enqueues.
func (s *socket) WakeLocal(uint64) { s.loop.woken = append(s.loop.woken, s) }
func (s *socket) Wake(key uint64)  { s.WakeLocal(key) } // for other goroutines, of which there are none

// add registers fd and waits for its first event.
func (l *loop) add(fd int, call func(fd int) error) (err error) {
	s := &socket{loop: l, call: call}
	if err = l.reactor.Register(&s.source, fd, reactor.Other, nil); err == nil {
		s.source.Read().Wait(&s.waiter, future.NewWaker(s, 0).Local(), nil)
	}
	return err
}

// serve makes calls for as long as the flag is up. EAGAIN takes it down; the next event puts it up and wakes s.
func (l *loop) serve(s *socket) {
	for s.source.Read().Ready() {
		if err := s.call(s.source.FD()); err == syscall.EAGAIN {
			s.source.Read().Clear()
		} else if err != nil { // io.EOF: the client disconnected
			s.source.Read().Leave(&s.waiter)
			l.reactor.Deregister(&s.source) // before the close: no event may find the number's next owner
			l.kernel.Close(s.source.FD())
		}
	}
}

func (l *loop) accept(fd int) error {
	client, _, errno := l.kernel.Accept(fd)
	if errno != 0 {
		return errno
	}
	return l.add(client, l.echo)
}

func (l *loop) echo(fd int) error {
	var buf [1024]byte
	if n, errno := l.kernel.Read(fd, buf[:]); errno != 0 {
		return errno
	} else if n == 0 {
		return io.EOF
	} else if written, _ := l.kernel.Write(fd, buf[:n]); written < n {
		return io.ErrShortWrite
	}
	return nil
}
