package kerneltest

import (
	"errors"
	"net/netip"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// limit ends the wait for an event that never comes. Picked: far above any delay of a machine that works.
const limit = 20 * time.Second

// ended is what can tell a reader that a stream is over.
const ended = kernel.Readable | kernel.ReadClosed | kernel.HangUp | kernel.Failed

var (
	loopback4 = kernel.Addr{IP: netip.MustParseAddrPort("127.0.0.1:0")}
	loopback6 = kernel.Addr{IP: netip.MustParseAddrPort("[::1]:0")}
	all6      = kernel.Addr{IP: netip.MustParseAddrPort("[::]:0")}
)

// rig is a kernel under test and what the suite knows about it: the sockets that are open, and what was reported for
// each token and not yet consumed.
type rig struct {
	*testing.T
	k      kernel.Kernel
	open   []int
	seen   map[kernel.Token]kernel.Ready
	events []kernel.Event
	last   kernel.Token
}

func newRig(t *testing.T, k kernel.Kernel) *rig {
	return &rig{T: t, k: k, seen: make(map[kernel.Token]kernel.Ready), events: make([]kernel.Event, 64)}
}

// end closes what a property has left open, and the kernel.
func (r *rig) end() {
	for _, fd := range slices.Clone(r.open) {
		r.close(fd)
	}
	if err := r.k.End(); err != nil {
		r.Errorf("End: %v", err)
	}
}

func (r *rig) own(fd int) int {
	r.open = append(r.open, fd)
	return fd
}

func (r *rig) close(fd int) {
	r.open = slices.DeleteFunc(r.open, func(o int) bool { return o == fd })
	if errno := r.k.Close(fd); errno != 0 {
		r.Errorf("Close(%d): %v", fd, errno)
	}
}

// register registers fd under a token of its own.
func (r *rig) register(fd int) kernel.Token {
	r.Helper()
	r.last++
	r.ok("Register", r.k.Register(fd, r.last))
	return r.last
}

func (r *rig) ok(call string, errno kernel.Errno) {
	r.Helper()
	if errno != 0 {
		r.Fatalf("%s: %v", call, errno)
	}
}

func (r *rig) want(call string, got, want kernel.Errno) {
	r.Helper()
	if got != want {
		r.Fatalf("%s: error %d (%v), want %d (%v)", call, got, got, want, want)
	}
}

// collect makes one wait and remembers what it reported.
func (r *rig) collect(events []kernel.Event, timeout time.Duration) int {
	r.Helper()
	n, errno := r.k.Wait(events, timeout)
	r.ok("Wait", errno)
	for _, e := range events[:n] {
		r.seen[e.Token] |= e.Ready
	}
	return n
}

// await waits until all of want has been reported for token, and consumes it.
func (r *rig) await(token kernel.Token, want kernel.Ready) {
	r.Helper()
	r.until(token, func(seen kernel.Ready) bool { return seen&want == want }, want)
	r.seen[token] &^= want
}

// awaitAny waits until one of want has been reported, and consumes them all.
func (r *rig) awaitAny(token kernel.Token, want kernel.Ready) {
	r.Helper()
	r.until(token, func(seen kernel.Ready) bool { return seen&want != 0 }, want)
	r.seen[token] &^= want
}

func (r *rig) until(token kernel.Token, done func(kernel.Ready) bool, want kernel.Ready) {
	r.Helper()
	end := r.k.Now() + limit
	for !done(r.seen[token]) {
		left := end - r.k.Now()
		if left <= 0 {
			r.Fatalf("token %d: reported %06b, still waiting for %06b", token, r.seen[token], want)
		}
		r.collect(r.events, left)
	}
}

// awaitWake waits until a wake-up has been reported, and consumes it.
func (r *rig) awaitWake() {
	r.Helper()
	end := r.k.Now() + limit
	for {
		if _, woken := r.seen[kernel.WakeToken]; woken {
			delete(r.seen, kernel.WakeToken)
			return
		}
		if r.k.Now() >= end {
			r.Fatal("no event with WakeToken")
		}
		r.collect(r.events, end-r.k.Now())
	}
}

// forget drops what has been reported so far: what is awaited next must be news. Events may be spurious, but they
// come to an end when nothing happens: a kernel that reports a state again and again makes a loop spin.
func (r *rig) forget() {
	r.Helper()
	for range 100 {
		if r.collect(r.events, 0) == 0 {
			clear(r.seen)
			return
		}
	}
	r.Fatalf("events go on and on, though nothing happens: %v", r.seen)
}

func (r *rig) listen(addr kernel.Addr, opt kernel.ListenOptions) int {
	r.Helper()
	fd, err := r.k.Listen(addr, opt)
	if err != nil {
		r.Fatalf("Listen: %v", err)
	}
	return r.own(fd)
}

// local returns the address that a socket is bound to.
func (r *rig) local(fd int) kernel.Addr {
	r.Helper()
	addr, errno := r.k.LocalAddr(fd)
	r.ok("LocalAddr", errno)
	return addr
}

func (r *rig) dial(addr kernel.Addr) int {
	r.Helper()
	fd, _, err := r.k.Dial(addr, kernel.DialOptions{})
	if err != nil {
		r.Fatalf("Dial: %v", err)
	}
	return r.own(fd)
}

// accept takes one connection from a listener that is registered as token.
func (r *rig) accept(listener int, token kernel.Token) (conn int, peer kernel.Addr) {
	r.Helper()
	for {
		conn, peer, errno := r.k.Accept(listener)
		if errno == syscall.EAGAIN {
			r.await(token, kernel.Readable)
			continue
		}
		r.ok("Accept", errno)
		return r.own(conn), peer
	}
}

// connect returns both ends of a new connection through listener, neither registered.
func (r *rig) connect(listener int, token kernel.Token) (client, server int) {
	r.Helper()
	client = r.dial(r.local(listener))
	server, _ = r.accept(listener, token)
	return client, server
}

// pair returns both ends of a TCP connection, neither registered.
func (r *rig) pair() (client, server int) {
	r.Helper()
	listener := r.listen(loopback4, kernel.ListenOptions{})
	token := r.register(listener)
	client, server = r.connect(listener, token)
	r.ok("Deregister", r.k.Deregister(listener))
	r.close(listener)
	return client, server
}

// failed returns the call and the number in an error of Listen or Dial.
func (r *rig) failed(err error) (call string, errno kernel.Errno) {
	r.Helper()
	var named *os.SyscallError
	if !errors.As(err, &named) || !errors.As(err, &errno) {
		r.Fatalf("error %v (%T), want an *os.SyscallError", err, err)
	}
	return named.Syscall, errno
}
