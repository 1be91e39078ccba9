//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// A task that stops waiting for its turn has package net's names in its error, in small letters.
func TestNetConnErrorsInATask(t *testing.T) {
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		s, peer := tcpPair(t, rt)
		defer peer.Close()
		c := rt.NetConn(s)
		defer c.Close()
		calls := map[string]func() error{"read": readOne(c), "write": writeMuch(c)}
		for op, call := range calls {
			first := make(chan error, 1)
			go func() { first <- call() }()
			until(t, rt, "a goroutine has its turn", func() bool { return eddy.OperationsOf(c) == 1 })
			var err error
			second := rt.Spawn(func() { err = call() })
			must(t, rt.Yield())
			second.Cancel()
			second.Join()
			if oe, ok := errors.AsType[*net.OpError](err); !ok || oe.Op != op || !errors.Is(err, eddy.ErrCanceled) {
				t.Errorf("%s: got %v", op, err)
			}
			must(t, c.SetDeadline(time.Unix(1, 0)))
			until(t, rt, "the turn is over", func() bool { return len(first) == 1 })
			if err := <-first; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: got %v", op, err)
			}
			must(t, c.SetDeadline(time.Time{}))
		}
	})
}

// The error of a second Close names the addresses, as package net's does.
func TestSecondCloseNamesItsAddresses(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
				l := startLoop(t, k)
				listener := l.listen(t, network)
				c := l.dial(t, listener)
				must(t, c.Close())
				must(t, listener.Close())
				if oe, ok := errors.AsType[*net.OpError](c.Close()); !ok || !isClosed(oe) || oe.Op != "close" || oe.Source == nil || oe.Addr == nil {
					t.Errorf("of a connection: %v", oe)
				}
				if oe, ok := errors.AsType[*net.OpError](listener.Close()); !ok || !isClosed(oe) || oe.Op != "close" || oe.Source != nil || oe.Addr == nil {
					t.Errorf("of a listener: %v", oe)
				}
			})
		})
	}
}

// A Read of nothing succeeds whatever the deadline, and fails on what is closed; a Write of nothing asks the deadline.
// So do package net's.
func TestNetConnZeroLength(t *testing.T) {
	forEachPair(t, func(t *testing.T, l *loop, a, b net.Conn) {
		netEnd, other := netClient(t, l, "tcp")
		defer other.Close()
		for _, c := range []net.Conn{netEnd, a} {
			must(t, c.SetDeadline(time.Unix(1, 0)))
			wantZeroLength(t, c, nil, os.ErrDeadlineExceeded)
			must(t, c.Close())
			wantZeroLength(t, c, net.ErrClosed, net.ErrClosed)
		}
	})
	onThisSystem(t, func(t *testing.T, rt *eddy.Runtime) {
		s, peer := tcpPair(t, rt)
		defer peer.Close()
		c := rt.NetConn(s)
		must(t, c.SetDeadline(time.Unix(1, 0)))
		wantZeroLength(t, c, nil, os.ErrDeadlineExceeded)
		must(t, c.Close())
		wantZeroLength(t, c, net.ErrClosed, net.ErrClosed)
	})
}

func wantZeroLength(t *testing.T, c net.Conn, read, write error) {
	t.Helper()
	if n, err := c.Read(nil); n != 0 || !errors.Is(err, read) {
		t.Errorf("%T: Read: %d, %v; want %v", c, n, err, read)
	}
	if n, err := c.Write(nil); n != 0 || !errors.Is(err, write) {
		t.Errorf("%T: Write: %d, %v; want %v", c, n, err, write)
	}
}
