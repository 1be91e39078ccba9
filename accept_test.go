//go:build unix

package eddy_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// Several tasks may accept; they are served in turn.
func TestAcceptInTurn(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		var order []int
		for i := range 3 {
			rt.Spawn(func() {
				for {
					s, err := l.Accept()
					if err != nil {
						return
					}
					order = append(order, i)
					s.Close()
				}
			})
		}
		untilWaiting(t, rt, 3)
		for n := 1; n <= 6; n++ {
			got(rt.DialTCP(l.Addr().String()))(t).Close()
			until(t, rt, "accepted", func() bool { return len(order) == n })
		}
		for i, who := range order {
			if who != i%3 {
				t.Errorf("the order was %v", order)
				break
			}
		}
		must(t, l.Close())
	})
}

func TestCloseWakesAccepts(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		var handles []*eddy.JoinHandle[net.Conn]
		for range 3 {
			handles = append(handles, eddy.Spawn(rt, l.Accept))
		}
		untilWaiting(t, rt, 3)
		must(t, l.Close())
		for _, h := range handles {
			if _, err := h.Join(); !isClosed(err) {
				t.Errorf("got %v", err)
			}
		}
		if err := l.Close(); !isClosed(err) {
			t.Errorf("the second Close: %v", err)
		}
		if _, err := l.AcceptTCP(); !isClosed(err) {
			t.Errorf("got %v", err)
		}
	})
}

// Cancelling an accept loses no connection.
func TestCancelledAcceptLosesNothing(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		h := eddy.SpawnFuture(rt, l.AcceptFuture())
		next := eddy.Spawn(rt, l.AcceptTCP)
		untilWaiting(t, rt, 2)
		h.Cancel()
		s := got(rt.DialTCP(l.Addr().String()))(t)
		if _, err := h.Join(); !errors.Is(err, eddy.ErrCanceled) {
			t.Errorf("got %v", err)
		}
		accepted := got(next.Join())(t)
		writeText(t, s, "x")
		readText(t, accepted, "x")
		if err := rt.WithTimeout(time.Millisecond, func() error { _, err := l.Accept(); return err }); !isTimeout(err) {
			t.Errorf("got %v", err)
		}
	})
}

// failingAccepts is a kernel whose next accepts fail with errnos, and which counts all accepts.
func failingAccepts(k kernel.Kernel, calls *int, errnos ...kernel.Errno) kernel.Kernel {
	return &scriptedKernel{Kernel: k, accept: func(fd int) (int, kernel.Addr, kernel.Errno) {
		*calls++
		if len(errnos) > 0 {
			errno := errnos[0]
			errnos = errnos[1:]
			return -1, kernel.Addr{}, errno
		}
		return k.Accept(fd)
	}}
}

// F8: errors of one connection are skipped: the listener lives, and the next connection is served at once.
func TestAcceptSkipsBrokenConnections(t *testing.T) {
	errnos := []kernel.Errno{
		syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EPROTO, syscall.EPERM, syscall.ENETDOWN, syscall.ENETUNREACH,
		syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ETIMEDOUT, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP,
	}
	for range 200 { // more than the budget of a poll
		errnos = append(errnos, syscall.ECONNABORTED)
	}
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		calls := 0
		blockOn(t, newRuntime(t, eddy.Config{}, failingAccepts(k, &calls, errnos...)), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			if !serves(t, rt, l, l.Addr().String()) || rt.Stats().AcceptBackoffs != 0 {
				t.Errorf("%d back-offs", rt.Stats().AcceptBackoffs)
			}
		})
	})
}

// F8: a descriptor that will never accept again is the listener's end, for all who accept.
func TestAcceptFailsForGood(t *testing.T) {
	for _, errno := range []kernel.Errno{syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK} {
		onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
			calls := 0
			blockOn(t, newRuntime(t, eddy.Config{}, failingAccepts(k, &calls, errno, errno, errno)), func(t *testing.T, rt *eddy.Runtime) {
				l := got(rt.ListenTCP("127.0.0.1:0"))(t)
				var handles []*eddy.JoinHandle[*eddy.TCPStream]
				for range 3 {
					handles = append(handles, eddy.Spawn(rt, l.AcceptTCP))
				}
				untilWaiting(t, rt, 3)
				got(rt.DialTCP(l.Addr().String()))(t).Close()
				for _, h := range handles {
					var oe *net.OpError
					if _, err := h.Join(); !errors.Is(err, errno) || !errors.As(err, &oe) || oe.Op != "accept" {
						t.Errorf("got %v", err)
					}
				}
			})
		})
	}
}

// F7: without descriptors the listener pauses, 5 ms and then twice as long each time, with one line in the log, and
// goes on by itself. Nobody is closed and nothing spins.
func TestAcceptBacksOff(t *testing.T) {
	errnos := []kernel.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM}
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		calls := 0
		var log bytes.Buffer
		c := eddy.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
		blockOn(t, newRuntime(t, c, failingAccepts(k, &calls, errnos...)), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			begin := rt.Now()
			other := eddy.Spawn(rt, l.AcceptTCP)
			s := got(rt.DialTCP(l.Addr().String()))(t)
			accepted := got(other.Join())(t)
			if passed := rt.Now().Sub(begin); passed < (5+10+20+40)*time.Millisecond {
				t.Errorf("it pauses for %v", passed)
			}
			writeText(t, s, "x")
			readText(t, accepted, "x")
			if n := rt.Stats().AcceptBackoffs; n != 4 || calls > 6 {
				t.Errorf("%d back-offs, %d accepts", n, calls)
			}
			if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "too many open files") || !strings.Contains(text, l.Addr().String()) {
				t.Errorf("logged:\n%s", text)
			}
		})
	})
}

// F7: after a success the pauses begin at 5 ms again. What the loop asks the kernel to wait tells how long they are.
func TestAcceptBackOffBeginsAnew(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		errnos := []kernel.Errno{syscall.EMFILE, syscall.EMFILE, syscall.EMFILE, 0, syscall.EMFILE}
		var longest time.Duration
		faulty := &scriptedKernel{Kernel: k}
		faulty.accept = func(fd int) (int, kernel.Addr, kernel.Errno) {
			if len(errnos) == 0 {
				return k.Accept(fd)
			}
			errno := errnos[0]
			errnos = errnos[1:]
			if errno == 0 {
				return k.Accept(fd)
			}
			return -1, kernel.Addr{}, errno
		}
		faulty.wait = func(events []kernel.Event, timeout time.Duration) (int, kernel.Errno) {
			longest = max(longest, timeout)
			return k.Wait(events, timeout)
		}
		blockOn(t, newRuntime(t, eddy.Config{}, faulty), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			for _, want := range []time.Duration{20 * time.Millisecond, 5 * time.Millisecond} {
				got(rt.DialTCP(l.Addr().String()))(t)
				longest = 0
				got(l.AcceptTCP())(t)
				if longest > want {
					t.Errorf("a pause of %v, want %v", longest, want)
				}
			}
		})
	})
}

// F7: a pause ends with the listener, and does not outlive it.
func TestCloseEndsThePause(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		calls := 0
		blockOn(t, newRuntime(t, eddy.Config{}, failingAccepts(k, &calls, syscall.EMFILE)), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			h := eddy.Spawn(rt, l.AcceptTCP)
			got(rt.DialTCP(l.Addr().String()))(t).Close()
			until(t, rt, "it pauses", func() bool { return rt.Stats().AcceptBackoffs == 1 })
			must(t, l.Close())
			if _, err := h.Join(); !isClosed(err) {
				t.Errorf("got %v", err)
			}
			if n := rt.Stats().Timers; n != 0 {
				t.Errorf("%d timers", n)
			}
		})
	})
}

// F8: a connection that cannot be registered is closed, exactly that one, and the listener goes on, with pauses that
// grow while the lack lasts.
func TestFailedRegistrationClosesOne(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var accepted, closed []int
		failures := 0
		faulty := &scriptedKernel{Kernel: k}
		faulty.accept = func(fd int) (int, kernel.Addr, kernel.Errno) {
			conn, peer, errno := k.Accept(fd)
			if errno == 0 {
				accepted = append(accepted, conn)
			}
			return conn, peer, errno
		}
		faulty.register = func(fd int, token kernel.Token) kernel.Errno {
			if failures > 0 && len(accepted) > 0 && fd == accepted[len(accepted)-1] {
				failures--
				return syscall.ENOSPC
			}
			return k.Register(fd, token)
		}
		faulty.close = func(fd int) kernel.Errno {
			closed = append(closed, fd)
			return k.Close(fd)
		}
		var log bytes.Buffer
		c := eddy.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
		blockOn(t, newRuntime(t, c, faulty), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			var clients []*eddy.TCPStream
			for range 4 {
				clients = append(clients, got(rt.DialTCP(l.Addr().String()))(t))
			}
			failures = 3
			begin := rt.Now()
			last := got(l.AcceptTCP())(t)
			if passed := rt.Now().Sub(begin); passed < (5+10+20)*time.Millisecond {
				t.Errorf("it pauses for %v", passed)
			}
			if len(accepted) != 4 || len(closed) != 3 || closed[0] != accepted[0] {
				t.Errorf("accepted %v, closed %v", accepted, closed)
			}
			for _, c := range clients[:3] {
				wantEOF(t, c)
			}
			writeText(t, clients[3], "served")
			readText(t, last, "served")
			if !strings.Contains(log.String(), "no space left") || strings.Contains(log.String(), "PANIC") {
				t.Errorf("logged: %s", log.String())
			}
		})
	})
}

// F9: however many connections wait, a client is served in between.
func TestAcceptStormLetsClientsBeServed(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		accepts := 0
		stormy := &scriptedKernel{Kernel: k}
		storm := false
		stormy.accept = func(fd int) (int, kernel.Addr, kernel.Errno) {
			if !storm {
				return k.Accept(fd)
			}
			accepts++ // a connection comes and is gone, for ever
			return -1, kernel.Addr{}, syscall.ECONNABORTED
		}
		blockOn(t, newRuntime(t, eddy.Config{}, stormy), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			a := got(rt.DialTCP(l.Addr().String()))(t)
			b := got(l.AcceptTCP())(t)
			rt.Spawn(func() { b.WriteTo(b) })
			untilWaiting(t, rt, 1)
			storm = true
			rt.Spawn(func() { l.Accept() })
			got(rt.DialTCP(l.Addr().String()))(t).Close()
			until(t, rt, "the storm has begun", func() bool { return accepts > 0 })
			for range 10 {
				before := accepts
				writeText(t, a, "x")
				readText(t, a, "x")
				if n := accepts - before; n > 2000 {
					t.Errorf("%d accepts before a client was served", n)
				}
			}
		})
	})
}
