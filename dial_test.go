//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

func TestDialRefused(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		address := l.Addr().String()
		must(t, l.Close())
		dials := map[string]func() (*eddy.TCPStream, error){
			"DialTCP":        func() (*eddy.TCPStream, error) { return rt.DialTCP(address) },
			"DialTCPTimeout": func() (*eddy.TCPStream, error) { return rt.DialTCPTimeout(address, time.Hour) },
			"DialTCPContext": func() (*eddy.TCPStream, error) { return rt.DialTCPContext(context.Background(), address) },
			"DialFuture":     func() (*eddy.TCPStream, error) { return eddy.Await(rt, rt.DialFuture(address)) },
		}
		for name, dial := range dials {
			_, err := dial()
			var oe *net.OpError
			if !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &oe) || oe.Op != "dial" || oe.Addr.String() != address {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := rt.Stats().Sources; n != 0 {
			t.Errorf("%d sources", n)
		}
	})
}

// slowDials is a kernel whose dials take for ever. The caller closes the descriptors in others.
func slowDials(k kernel.Kernel) (slow *scriptedKernel, others *descriptors) {
	slow, others = &scriptedKernel{Kernel: k}, new(descriptors)
	slow.dial = func(kernel.Addr, kernel.DialOptions) (int, bool, error) {
		// An unconnected socket would report a hang-up. One end of a pair whose buffer is full is never writable.
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err == nil {
			err = unix.SetNonblock(pair[0], true)
		}
		if err != nil {
			return -1, false, err
		}
		for {
			if _, err := unix.Write(pair[0], make([]byte, 64<<10)); err != nil {
				break
			}
		}
		*others = append(*others, pair[1])
		return pair[0], false, nil
	}
	return slow, others
}

type descriptors []int

func (d *descriptors) close() {
	for _, fd := range *d {
		unix.Close(fd)
	}
}

// However an attempt ends early, it leaves no descriptor, no source and no timer.
func TestDialEndsEarly(t *testing.T) {
	const address = "127.0.0.1:1"
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		slow, others := slowDials(k)
		defer others.close()
		blockOn(t, newRuntime(t, eddy.Config{}, slow), func(t *testing.T, rt *eddy.Runtime) {
			check := func(what string, err, want error) {
				t.Helper()
				var oe *net.OpError
				if !errors.Is(err, want) || !errors.As(err, &oe) || oe.Op != "dial" || oe.Addr == nil || oe.Addr.String() != address {
					t.Errorf("%s: %v", what, err)
				}
				if s := rt.Stats(); s.Sources+s.Timers != 0 {
					t.Errorf("%s: %d sources, %d timers", what, s.Sources, s.Timers)
				}
			}
			_, err := rt.DialTCPTimeout(address, time.Millisecond)
			check("timeout", err, os.ErrDeadlineExceeded)

			ctx, cancel := context.WithCancelCause(context.Background())
			h := eddy.Spawn(rt, func() (*eddy.TCPStream, error) { return rt.DialTCPContext(ctx, address) })
			untilWaiting(t, rt, 1)
			go cancel(errTest)
			_, err = h.Join()
			check("context", err, errTest)
			_, err = rt.DialTCPContext(ctx, address)
			check("context that was over before", err, errTest)

			h = eddy.Spawn(rt, func() (*eddy.TCPStream, error) { return rt.DialTCPContext(context.WithoutCancel(ctx), address) })
			untilWaiting(t, rt, 1)
			h.Cancel()
			_, err = h.Join()
			check("cancelled task with a context", err, eddy.ErrCanceled)

			h = eddy.Spawn(rt, func() (*eddy.TCPStream, error) { return rt.DialTCP(address) })
			untilWaiting(t, rt, 1)
			if wait := rt.Tasks()[1].Wait; wait != "dial tcp "+address {
				t.Errorf("waits for %q", wait)
			}
			h.Cancel()
			_, err = h.Join()
			check("cancelled task", err, eddy.ErrCanceled)
		})
	})
}

func TestDialContextSucceeds(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		ctx, cancel := context.WithCancel(context.Background())
		s := got(rt.DialTCPContext(ctx, l.Addr().String()))(t)
		cancel() // the context was for the dial alone
		accepted := got(l.AcceptTCP())(t)
		writeText(t, s, "x")
		readText(t, accepted, "x")
		got(rt.DialTCPTimeout(l.Addr().String(), time.Hour))(t).Close()
	})
}

// F34: a socket is registered after its connect has returned, never before; one whose connect failed, never.
func TestRegisteredAfterConnect(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var calls []string
		recording := &scriptedKernel{Kernel: k}
		recording.dial = func(a kernel.Addr, o kernel.DialOptions) (int, bool, error) {
			defer func() { calls = append(calls, "connect has returned") }()
			return k.Dial(a, o)
		}
		recording.register = func(fd int, token kernel.Token) kernel.Errno {
			calls = append(calls, "register")
			return k.Register(fd, token)
		}
		blockOn(t, newRuntime(t, eddy.Config{}, recording), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			calls = nil
			got(rt.DialTCP(l.Addr().String()))(t)
			if want := []string{"connect has returned", "register"}; !slices.Equal(calls, want) {
				t.Errorf("got %q", calls)
			}
			calls = nil
			rt.DialUnix(socketPath(t))
			if want := []string{"connect has returned"}; !slices.Equal(calls, want) {
				t.Errorf("got %q", calls)
			}
		})
	})
}

// F34: while a Unix listener's backlog is full no event comes: the connect is tried again by timer, unregistered.
func TestDialUnixWithFullBacklog(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		path := socketPath(t)
		l := got(eddy.ListenConfig{Backlog: 1}.ListenUnix(rt, path))(t)
		var full []*eddy.TCPStream
		for {
			var s *eddy.TCPStream
			err := rt.WithTimeout(10*time.Millisecond, func() (err error) { s, err = rt.DialUnix(path); return err })
			if err != nil {
				if !isTimeout(err) {
					t.Fatal(err)
				}
				break
			}
			full = append(full, s)
		}
		if n := rt.Stats().Timers; n != 0 || len(full) > 10 {
			t.Errorf("%d timers are left; a backlog of 1 took %d connections", n, len(full))
		}
		sources := rt.Stats().Sources
		late := eddy.Spawn(rt, func() (*eddy.TCPStream, error) { return rt.DialUnix(path) })
		must(t, rt.Sleep(5*time.Millisecond))
		if late.Done() || rt.Stats().Sources != sources || len(full) == 0 {
			t.Errorf("done: %v; %d sources, %d before", late.Done(), rt.Stats().Sources, sources)
		}
		for range full {
			got(l.AcceptTCP())(t)
		}
		s := got(late.Join())(t)
		writeText(t, s, "late")
		readText(t, got(l.AcceptTCP())(t), "late")
		if n := rt.Stats().Timers; n != 0 {
			t.Errorf("%d timers", n)
		}
	})
}

// A dial that the kernel reports as writable too early goes on waiting.
func TestDialSurvivesSpuriousEvents(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		slow, others := slowDials(k)
		defer others.close()
		var token kernel.Token
		slow.register = func(fd int, tok kernel.Token) kernel.Errno { token = tok; return k.Register(fd, tok) }
		spurious := 3
		slow.wait = func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
			if token != 0 && spurious > 0 {
				spurious--
				events[0] = kernel.Event{Token: token, Ready: kernel.Writable}
				return 1, 0
			}
			return k.Wait(events, timeout)
		}
		unconnected := &unconnectedKernel{slow}
		blockOn(t, newRuntime(t, eddy.Config{}, unconnected), func(t *testing.T, rt *eddy.Runtime) {
			h := eddy.Spawn(rt, func() (*eddy.TCPStream, error) { return rt.DialTCP("127.0.0.1:1") })
			until(t, rt, "the events are delivered", func() bool { return spurious == 0 })
			must(t, rt.Yield())
			if h.Done() {
				_, err := h.Join()
				t.Errorf("the dial ended: %v", err)
			}
			h.Cancel()
			h.Join()
		})
	})
}

// unconnectedKernel knows no peer of any socket.
type unconnectedKernel struct{ kernel.Kernel }

func (unconnectedKernel) PeerAddr(int) (kernel.Addr, kernel.Errno) {
	return kernel.Addr{}, syscall.ENOTCONN
}

// TCP lets a socket connect to its own address. Nobody wants that; package net takes it for a refusal, too.
func TestDialToItselfIsRefused(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var address kernel.Addr
		self := &scriptedKernel{Kernel: k}
		self.dial = func(a kernel.Addr, o kernel.DialOptions) (int, bool, error) {
			o.Local = address
			return k.Dial(a, o)
		}
		blockOn(t, newRuntime(t, eddy.Config{}, self), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			text := l.Addr().String()
			address = kernel.Addr{IP: l.Addr().(*net.TCPAddr).AddrPort()}
			must(t, l.Close())
			if _, err := rt.DialTCP(text); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestFailedRegistrationOfADial(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		faulty := &scriptedKernel{Kernel: k}
		blockOn(t, newRuntime(t, eddy.Config{}, faulty), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			faulty.register = func(int, kernel.Token) kernel.Errno { return syscall.ENOSPC }
			if _, err := rt.DialTCP(l.Addr().String()); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("got %v", err)
			}
		})
	})
}
