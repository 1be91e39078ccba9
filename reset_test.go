//go:build unix

package eddy_test

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel"
)

// F12, F14: a peer's reset ends its own connection, with the error number in package net's shape; no signal comes, and
// the others go on.
func TestResetEndsOneConnection(t *testing.T) {
	forEachTCP(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		c, d := tcpPair(t, rt)
		reader := eddy.Spawn(rt, func() (int, error) { return b.Read(make([]byte, 1)) })
		writer := eddy.Spawn(rt, func() (int, error) { return b.Write(make([]byte, 32<<20)) })
		untilWaiting(t, rt, 2)
		must(t, a.SetLinger(0))
		must(t, a.Close())
		_, readErr := reader.Join()
		_, writeErr := writer.Join()
		for _, err := range []error{readErr, writeErr} {
			var oe *net.OpError
			var call *os.SyscallError
			if !errors.As(err, &oe) || !errors.As(err, &call) {
				t.Errorf("got %#v", err)
			}
			if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
				t.Errorf("got %v", err)
			}
		}
		for range 3 {
			if _, err := b.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
				t.Errorf("got %v", err)
			}
		}
		for _, closeHalf := range []func() error{b.CloseWrite} {
			if oe, ok := closeHalf().(*net.OpError); !ok || oe.Op != "close" || !errors.Is(oe, syscall.ENOTCONN) {
				t.Errorf("CloseWrite: %v", oe)
			}
		}
		must(t, b.Close())
		writeText(t, c, "others go on")
		readText(t, d, "others go on")
	})
}

// F14: the first write after the peer's close succeeds, a later one fails.
func TestWriteAfterPeerClosed(t *testing.T) {
	forEachStream(t, func(t *testing.T, rt *eddy.Runtime, a, b *eddy.TCPStream) {
		must(t, b.Close())
		var err error
		for i := 0; err == nil && i < 1000; i++ {
			_, err = a.Write([]byte("x"))
			rt.Yield()
		}
		if !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v", err)
		}
	})
}

// Whatever the kernel answers to one stream's call is that stream's alone.
func TestFaultyCalls(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		faulty := &scriptedKernel{Kernel: k}
		var fault kernel.Errno
		faulty.read = func(fd int, p []byte) (int, kernel.Errno) {
			if fault != 0 {
				return 0, fault
			}
			return k.Read(fd, p)
		}
		faulty.write = func(fd int, p []byte) (int, kernel.Errno) {
			if fault != 0 {
				return 0, fault
			}
			return k.Write(fd, p)
		}
		blockOn(t, newRuntime(t, eddy.Config{}, faulty), func(t *testing.T, rt *eddy.Runtime) {
			a, b := tcpPair(t, rt)
			writeText(t, a, "later")
			for _, errno := range []kernel.Errno{syscall.EIO, syscall.ENOBUFS, syscall.ETIMEDOUT} {
				fault = errno
				if _, err := b.Read(make([]byte, 1)); !errors.Is(err, errno) {
					t.Errorf("read: %v", err)
				}
				if _, err := a.Write([]byte("x")); !errors.Is(err, errno) {
					t.Errorf("write: %v", err)
				}
				if _, err := b.WriteTo(b); !errors.Is(err, errno) {
					t.Errorf("WriteTo: %v", err)
				}
			}
			fault = 0
			readText(t, b, "later")
		})
	})
}
