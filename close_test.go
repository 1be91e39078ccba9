//go:build unix

package eddy_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// Close wakes who waits, in both directions, with net.ErrClosed; every later call returns it too.
func TestCloseWakesWaiters(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		reader := eddy.Spawn(rt, func() (int, error) { return a.Read(make([]byte, 1)) })
		writer := eddy.Spawn(rt, func() (int, error) { return a.Write(make([]byte, 32<<20)) })
		queued := eddy.Spawn(rt, func() (int, error) { return a.Write([]byte("x")) })
		untilWaiting(t, rt, 3)
		must(t, a.Close())
		must(t, rt.Yield())
		for i, h := range []*eddy.JoinHandle[int]{reader, writer, queued} {
			if !h.Done() {
				t.Errorf("waiter %d was not woken at once", i)
			}
			if n, err := h.Join(); !isClosed(err) || (n > 0) != (i == 1) {
				t.Errorf("waiter %d: %d, %v", i, n, err)
			}
		}
		raw := func() error { _, err := a.SyscallConn(); return err }
		calls := map[string]func() error{
			"Close":              a.Close,
			"CloseRead":          a.CloseRead,
			"CloseWrite":         a.CloseWrite,
			"Read":               func() error { _, err := a.Read(make([]byte, 1)); return err },
			"Write":              func() error { _, err := a.Write(make([]byte, 1)); return err },
			"WriteTo":            func() error { _, err := a.WriteTo(io.Discard); return err },
			"Readable":           func() error { _, err := eddy.Await(rt, a.Readable()); return err },
			"WriteBuffers":       func() error { _, err := a.WriteBuffers(&net.Buffers{[]byte("x")}); return err },
			"SetDeadline":        func() error { return a.SetDeadline(time.Time{}) },
			"SetReadDeadline":    func() error { return a.SetReadDeadline(time.Time{}) },
			"SetWriteDeadline":   func() error { return a.SetWriteDeadline(time.Time{}) },
			"SetIdleTimeout":     func() error { return a.SetIdleTimeout(time.Hour) },
			"SetNoDelay":         func() error { return a.SetNoDelay(true) },
			"SetKeepAlive":       func() error { return a.SetKeepAlive(true) },
			"SetKeepAliveConfig": func() error { return a.SetKeepAliveConfig(net.KeepAliveConfig{}) },
			"SetLinger":          func() error { return a.SetLinger(0) },
			"SyscallConn":        raw,
		}
		for name, call := range calls {
			if err := call(); !isClosed(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A closed stream still knows its addresses, as a net.Conn does.
func TestAddressesAfterClose(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP(":0"))(t)
		_, port, _ := net.SplitHostPort(l.Addr().String())
		a := got(rt.DialTCP("127.0.0.1:" + port))(t)
		b := got(l.AcceptTCP())(t)
		must(t, a.Close())
		must(t, b.Close())
		must(t, l.Close())
		if a.LocalAddr() == nil || a.LocalAddr().String() != b.RemoteAddr().String() {
			t.Errorf("%v, %v", a.LocalAddr(), b.RemoteAddr())
		}
		if b.LocalAddr() == nil || a.RemoteAddr().String() != b.LocalAddr().String() {
			t.Errorf("%v, %v", a.RemoteAddr(), b.LocalAddr())
		}
		if l.Addr() == nil {
			t.Error("the listener has no address")
		}
	})
}

// F35: Close and deadlines are safe from any goroutine, also while the loop uses the stream and while others close it.
func TestCloseFromGoroutines(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		h := rt.Handle()
		defer h.Release()
		begin := make(chan struct{})
		closed := make(chan error)
		for range 3 {
			go func() {
				<-begin
				a.SetDeadline(time.Now().Add(time.Hour))
				a.SetIdleTimeout(time.Hour)
				closed <- a.Close()
				l.Close()
			}()
		}
		accept := rt.Spawn(func() {
			if _, err := l.Accept(); !isClosed(err) {
				t.Errorf("accept: %v", err)
			}
		})
		rt.Spawn(func() { b.WriteTo(b) })
		message := []byte("x")
		for i := 0; ; i++ {
			if i == 10 {
				close(begin)
			}
			_, err := a.Write(message)
			if err == nil {
				_, err = a.Read(message)
			}
			if err != nil {
				if !isClosed(err) {
					t.Errorf("got %v", err)
				}
				break
			}
		}
		succeeded := 0
		for range 3 {
			if err := <-closed; err == nil {
				succeeded++
			} else if !isClosed(err) {
				t.Errorf("Close: %v", err)
			}
		}
		if succeeded != 1 {
			t.Errorf("%d of 3 Closes succeeded", succeeded)
		}
		accept.Join()
	})
}

// F35: the errors of calls from other goroutines read nothing that belongs to the loop.
func TestErrorsFromGoroutines(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		l := got(rt.ListenTCP(":0"))(t) // so its streams do not know their addresses until they are asked
		_, port, _ := net.SplitHostPort(l.Addr().String())
		for range 20 {
			a := got(rt.DialTCP("127.0.0.1:" + port))(t)
			b := got(l.AcceptTCP())(t)
			begin, end := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(end)
				<-begin
				b.Close()
				for _, err := range []error{b.Close(), b.SetDeadline(time.Now()), b.SetIdleTimeout(1)} {
					if !isClosed(err) {
						t.Errorf("got %v", err)
					}
				}
			}()
			close(begin)
			_ = b.LocalAddr()
			until(t, rt, "it is closed", func() bool { return b.SetNoDelay(true) != nil })
			<-end
			must(t, a.Close())
		}
	})
}

// F35: a foreign goroutine may set a deadline on a stream that the loop is just closing: no timer outlives the stream.
func TestDeadlineAfterCloseArmsNothing(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		writeText(t, a, "last words") // so that Close lets it linger
		set := make(chan struct{})
		go func() {
			defer close(set)
			must(t, a.SetDeadline(time.Now().Add(time.Hour)))
			must(t, a.SetIdleTimeout(time.Hour))
		}()
		<-set // posted; the loop has not taken it in
		must(t, a.Close())
		must(t, rt.Yield())
		must(t, rt.Yield())
		if n := rt.Stats().Timers; n > 1 { // the lingering socket's own
			t.Errorf("%d timers are armed", n)
		}
	})
}

// F35: a close that comes from another goroutine too late to be carried out leaves nothing open.
func TestCloseFromAGoroutineAtTheEnd(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		c, _ := tcpPair(t, rt)
		l := got(rt.ListenTCP("127.0.0.1:0"))(t)
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			c.Close()
			l.Close()
		}()
		<-closed
	})
}
