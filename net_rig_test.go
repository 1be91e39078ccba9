//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// loop is a runtime that runs beside the test, whose goroutine is then a foreign one.
type loop struct {
	rt     *eddy.Runtime
	handle *eddy.Handle
	ended  chan error
}

// startLoop runs a runtime until the test's end, or until end is called.
func startLoop(t *testing.T, k kernel.Kernel) *loop {
	t.Helper()
	rt := newRuntime(t, eddy.Config{}, k)
	l := &loop{rt: rt, handle: rt.Handle(), ended: make(chan error, 1)}
	go func() {
		l.ended <- rt.BlockOn(func(rt *eddy.Runtime) error {
			if err := rt.Sleep(1 << 62); !errors.Is(err, eddy.ErrCanceled) {
				return err
			}
			return nil
		})
	}()
	t.Cleanup(func() { l.end(t) })
	return l
}

// end ends the runtime. A second call does nothing.
func (l *loop) end(t *testing.T) {
	t.Helper()
	if l.handle == nil {
		return
	}
	l.handle.Shutdown()
	if err := <-l.ended; err != nil {
		t.Error("BlockOn:", err)
	}
	l.handle.Release()
	l.handle = nil
}

// do runs fn as a task and waits for its end. t.Fatal must not be called in it.
func (l *loop) do(t *testing.T, fn func(rt *eddy.Runtime)) {
	t.Helper()
	done := make(chan struct{})
	must(t, l.handle.Spawn(func() {
		defer close(done)
		fn(l.rt)
	}))
	<-done
}

// listen returns an adapter that listens, on "tcp" or "unix".
func (l *loop) listen(t *testing.T, network string) net.Listener {
	t.Helper()
	var listener *eddy.TCPListener
	var err error
	path := socketPath(t)
	l.do(t, func(rt *eddy.Runtime) {
		if network == "unix" {
			listener, err = rt.ListenUnix(path)
		} else {
			listener, err = rt.ListenTCP("127.0.0.1:0")
		}
	})
	must(t, err)
	return l.rt.NetListener(listener)
}

// dial returns an adapter that is connected to listener.
func (l *loop) dial(t *testing.T, listener net.Listener) net.Conn {
	t.Helper()
	a := listener.Addr()
	return got(l.handle.DialContext(t.Context(), a.Network(), a.String()))(t)
}

// pair returns both ends of a connection, "tcp" or "unix": adapters both.
func (l *loop) pair(t *testing.T, network string) (client, server net.Conn) {
	t.Helper()
	listener := l.listen(t, network)
	defer listener.Close()
	client = l.dial(t, listener)
	return client, got(listener.Accept())(t)
}
