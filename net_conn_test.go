//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/internal/kernel"
)

// forEachPair runs test with both ends of a connection, adapters both, on each kernel and over TCP and Unix sockets.
func forEachPair(t *testing.T, test func(t *testing.T, l *loop, a, b net.Conn)) {
	t.Helper()
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				l := startLoop(t, k)
				a, b := l.pair(t, network)
				defer a.Close()
				defer b.Close()
				test(t, l, a, b)
			})
		})
	}
}

// waits starts calls on goroutines of their own and returns when the loop has heard of the first one. The results come
// through the channel.
func (l *loop) waits(t *testing.T, c net.Conn, calls ...func() error) <-chan error {
	t.Helper()
	results := make(chan error, len(calls))
	for _, call := range calls {
		go func() { results <- call() }()
	}
	for waiting := 0; waiting == 0; {
		l.do(t, func(rt *eddy.Runtime) { waiting = eddy.OperationsOf(c) })
	}
	return results
}

func wantErrors(t *testing.T, results <-chan error, n int, want error) {
	t.Helper()
	for range n {
		var oe *net.OpError
		if err := <-results; !errors.Is(err, want) || !errors.As(err, &oe) || oe.Addr == nil {
			t.Errorf("got %v; want a net.OpError with %v", err, want)
		}
	}
}

func readOne(c net.Conn) func() error {
	return func() error {
		_, err := c.Read(make([]byte, 1))
		return err
	}
}

func writeMuch(c net.Conn) func() error {
	return func() error {
		_, err := c.Write(make([]byte, 64<<20))
		return err
	}
}

// Close ends the operation that waits, and those that wait for their turn.
func TestNetConnCloseEndsWaits(t *testing.T) {
	forEachPair(t, func(t *testing.T, l *loop, a, b net.Conn) {
		read, write := readOne(a), writeMuch(a)
		results := l.waits(t, a, read, read, read, write, write, write)
		must(t, a.Close())
		wantErrors(t, results, 6, net.ErrClosed)
		if err := a.Close(); !isClosed(err) {
			t.Errorf("second Close: %v", err)
		}
		results = make(chan error, 1)
		if err := a.SetDeadline(time.Time{}); !isClosed(err) {
			t.Errorf("SetDeadline: %v", err)
		}
		for _, call := range []func() error{read, write, a.(*eddy.AdaptedConn).CloseRead, a.(*eddy.AdaptedConn).CloseWrite} {
			if err := call(); !isClosed(err) {
				t.Errorf("got %v", err)
			}
		}
	})
}

// A deadline that is set while operations wait ends them all, those too that wait for their turn. Afterwards the
// connection works as before.
func TestNetConnDeadlineEndsWaits(t *testing.T) {
	forEachPair(t, func(t *testing.T, l *loop, a, b net.Conn) {
		read := readOne(a)
		results := l.waits(t, a, read, read, read)
		must(t, a.SetWriteDeadline(time.Unix(1, 0))) // nothing to them
		must(t, a.SetReadDeadline(time.Unix(1, 0)))
		wantErrors(t, results, 3, os.ErrDeadlineExceeded)
		must(t, a.SetDeadline(time.Time{}))
		results = l.waits(t, a, read)
		writeText(t, b, "x")
		must(t, <-results)
	})
}

// F20: the end of the runtime ends what waits, with an error that says so, and whatever comes later.
func TestNetConnAndTheEndOfTheRuntime(t *testing.T) {
	forEachPair(t, func(t *testing.T, l *loop, a, b net.Conn) {
		listener := l.listen(t, "tcp")
		handle := l.handle
		accepts := make(chan error, 2)
		for range cap(accepts) {
			go func() {
				_, err := listener.Accept()
				accepts <- err
			}()
		}
		read, write := readOne(a), writeMuch(a)
		results := l.waits(t, a, read, read, write, write)
		l.end(t)
		wantErrors(t, results, 4, net.ErrClosed)
		wantErrors(t, accepts, 2, net.ErrClosed)
		for _, call := range []func() error{read, write, a.Close, b.Close, listener.Close} {
			if err := call(); !isClosed(err) {
				t.Errorf("got %v", err)
			}
		}
		if _, err := listener.Accept(); !isClosed(err) {
			t.Errorf("Accept: %v", err)
		}
		if _, err := handle.DialContext(t.Context(), "tcp", listener.Addr().String()); !isClosed(err) {
			t.Errorf("DialContext: %v", err)
		}
	})
}

// Operations that goroutines leave while the runtime ends get an answer, whenever they come.
func TestNetConnRacesWithTheEnd(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		listener := l.listen(t, "tcp")
		handle := l.handle
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for {
					c, err := handle.DialContext(context.Background(), "tcp", listener.Addr().String())
					if errors.Is(err, net.ErrClosed) {
						return
					}
					if err == nil {
						c.Write([]byte("x"))
						c.Close()
					}
				}
			})
			wg.Go(func() {
				for {
					c, err := listener.Accept()
					if err != nil {
						return
					}
					c.Read(make([]byte, 1))
					c.Close()
				}
			})
		}
		l.do(t, func(rt *eddy.Runtime) { rt.Sleep(20 * time.Millisecond) })
		l.end(t)
		wg.Wait()
	})
}

// Concurrent writes go out whole, one after the other.
func TestNetConnWritesAreWhole(t *testing.T) {
	forEachPair(t, func(t *testing.T, l *loop, a, b net.Conn) {
		const writers, size = 8, 300 << 10
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				p := make([]byte, size)
				for j := range p {
					p[j] = byte(i)
				}
				if n, err := a.Write(p); n != size || err != nil {
					t.Errorf("wrote %d: %v", n, err)
				}
			})
		}
		p := make([]byte, size)
		for range writers {
			got(io.ReadFull(b, p))(t)
			for _, v := range p {
				if v != p[0] {
					t.Fatal("two writes are mixed")
				}
			}
		}
		wg.Wait()
	})
}

func TestNetConnHalfClose(t *testing.T) {
	forEachPair(t, func(t *testing.T, l *loop, a, b net.Conn) {
		writeText(t, a, "last words")
		must(t, a.(*eddy.AdaptedConn).CloseWrite())
		if text := got(io.ReadAll(b))(t); string(text) != "last words" {
			t.Errorf("got %q", text)
		}
		writeText(t, b, "reply")
		readText(t, a, "reply")
		results := l.waits(t, a, readOne(a))
		must(t, a.(*eddy.AdaptedConn).CloseRead())
		if err := <-results; err != io.EOF {
			t.Errorf("Read: %v", err)
		}
	})
}

// The loop's own tasks may use an adapter: it parks them. They take turns with goroutines.
func TestNetConnInATask(t *testing.T) {
	eddytest.Baseline(t)
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		l := rt.NetListener(got(rt.ListenTCP("127.0.0.1:0"))(t))
		defer l.Close()
		h := rt.Handle()
		defer h.Release()
		a := got(h.DialContext(t.Context(), "tcp", l.Addr().String()))(t)
		b := got(l.Accept())(t)
		defer a.Close()
		defer b.Close()

		first, second := make([]byte, 1), make([]byte, 1)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			a.Read(first)
		}()
		for eddy.OperationsOf(a) == 0 {
			must(t, rt.Yield())
		}
		behind := rt.Spawn(func() { a.Read(second) })
		canceled := rt.Spawn(func() { a.Read(make([]byte, 1)) })
		must(t, rt.Yield())
		canceled.Cancel()
		canceled.Join()
		writeText(t, b, "12")
		behind.Join()
		<-ended
		if first[0] != '1' || second[0] != '2' {
			t.Errorf("the goroutine read %q, the task %q", first, second)
		}
		late := rt.Spawn(func() { readOne(a)() })
		must(t, rt.Yield())
		must(t, a.SetReadDeadline(time.Unix(1, 0)))
		late.Join()
		must(t, a.(*eddy.AdaptedConn).CloseWrite())
		if _, err := b.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("after CloseWrite: %v", err)
		}
	})
}

// An open adapter counts as an open Handle: its goroutine may have something to say. Closed, it does not.
func TestNetConnCountsAsAHandle(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		k, asleep := sleepSignal(k)
		err := newRuntime(t, eddy.Config{}, k).BlockOn(func(rt *eddy.Runtime) error {
			s, peer := tcpPair(t, rt)
			defer peer.Close()
			c := rt.NetConn(s)
			if rt.NetConn(s) != c {
				t.Error("two adapters of one stream")
			}
			go func() {
				<-asleep // the loop, in the belief that the goroutine may do something
				c.Close()
			}()
			_, err := eddy.Await(rt, eddy.Future[struct{}](&lost{}))
			return err
		})
		if _, ok := errors.AsType[*eddy.DeadlockError](err); !ok {
			t.Errorf("got %v", err)
		}
	})
}

func TestNetConnNamesItsAddresses(t *testing.T) {
	forEachPair(t, func(t *testing.T, l *loop, a, b net.Conn) {
		if a.LocalAddr().String() != b.RemoteAddr().String() || a.RemoteAddr().String() != b.LocalAddr().String() {
			t.Errorf("%v->%v, %v->%v", a.LocalAddr(), a.RemoteAddr(), b.LocalAddr(), b.RemoteAddr())
		}
	})
}

// A goroutine's Read, Write and deadline allocate nothing: the loop's part of them counts too.
func TestNetConnAllocatesNothing(t *testing.T) {
	eddytest.Baseline(t)
	l := startLoop(t, got(kernels["epoll"]())(t))
	a, b := l.pair(t, "tcp")
	defer a.Close()
	defer b.Close()
	go io.CopyBuffer(struct{ io.Writer }{b}, struct{ io.Reader }{b}, make([]byte, 1024))
	message, buf := make([]byte, 512), make([]byte, 1024)
	echo := func() {
		a.SetDeadline(time.Now().Add(time.Hour))
		a.Write(message)
		a.Read(buf)
	}
	for range 10 {
		echo()
	}
	if n := testing.AllocsPerRun(200, echo); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDialContextFails(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		l := startLoop(t, k)
		listener := l.listen(t, "tcp")
		address := listener.Addr().String()
		must(t, listener.Close())
		var oe *net.OpError
		if _, err := l.handle.DialContext(t.Context(), "tcp", address); !errors.As(err, &oe) || oe.Op != "dial" {
			t.Errorf("nobody listens: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.handle.DialContext(ctx, "tcp", address); !errors.Is(err, context.Canceled) {
			t.Errorf("ended context: %v", err)
		}
		h := l.rt.Handle()
		h.Release()
		if _, err := h.DialContext(t.Context(), "tcp", address); !isClosed(err) {
			t.Errorf("released handle: %v", err)
		}
	})
}

// In a simulation the loop waits, after each answer to a goroutine, until that has done what it has to do next.
func TestSimulatedLoopSettlesAfterEachAnswer(t *testing.T) {
	onFakeWorlds(t, eddy.Config{}, func(t *testing.T, rt *eddy.Runtime, w *fakeWorld) {
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			s, peer := tcpPair(t, rt)
			defer peer.Close()
			c := rt.NetConn(s)
			const writes = 10
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for range writes {
					c.Write([]byte("x"))
				}
				c.Close()
			}()
			until(t, rt, "the goroutine has ended", func() bool {
				select {
				case <-ended:
					return true
				default:
					return false
				}
			})
			if w.settled != writes {
				t.Errorf("settled %d times for %d answers", w.settled, writes)
			}
		})
	})
}

// There is one adapter for each listener; another runtime's is a mistake.
func TestNetListenerIsOne(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		other := startLoop(t, k)
		blockOn(t, got(eddy.New(eddy.Config{}))(t), func(t *testing.T, rt *eddy.Runtime) {
			l := got(rt.ListenTCP("127.0.0.1:0"))(t)
			n := rt.NetListener(l)
			if rt.NetListener(l) != n || n.Addr().String() != l.Addr().String() {
				t.Error("two adapters of one listener")
			}
			wantPanic(t, "NetListener", func() { other.rt.NetListener(l) }, "another runtime's")
			c := rt.NetConn(got(rt.DialTCP(l.Addr().String()))(t))
			must(t, rt.Yield())
			must(t, n.Close())
			must(t, c.Close())
			until(t, rt, "the tasks of closed adapters have ended", func() bool { return len(rt.Tasks()) == 1 })
			if err := n.Close(); !isClosed(err) {
				t.Errorf("second Close: %v", err)
			}
			if _, err := n.Accept(); !isClosed(err) {
				t.Errorf("Accept: %v", err)
			}
		})
	})
}
