//go:build unix

package eddy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// interruptions are the ways in which a wait inside a library ends, over any kind of connection. What the library's
// error says then is what it says over package net.
var interruptions = map[string]func(own, peer tcpConn) error{
	"deadline": func(own, _ tcpConn) error { return own.SetDeadline(time.Unix(1, 0)) },
	"closed":   func(own, _ tcpConn) error { return own.Close() },
	"reset":    func(_, peer tcpConn) error { return errors.Join(peer.SetLinger(0), peer.Close()) },
	"ended":    func(_, peer tcpConn) error { return peer.CloseWrite() },
}

// tcpConn is a connection of package net or of eddy.
type tcpConn interface {
	net.Conn
	SetLinger(seconds int) error
	CloseWrite() error
}

// testInterruptedReads runs a library's function in a task, gives it the beginning of a message byte by byte, and ends
// its wait for the rest in each of the ways.
func testInterruptedReads(t *testing.T, beginning string, read func(conn net.Conn) error) {
	t.Helper()
	wanted := map[string]string{}
	for name, interrupt := range interruptions {
		wanted[name] = kindsOf(interruptedOverNet(t, beginning, read, interrupt))
	}
	if wanted["deadline"] == "" || wanted["closed"] == "" {
		t.Errorf("over package net the errors say nothing: %q", wanted)
	}
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		interrupted := func(interrupt func(own, peer *eddy.TCPStream, task *eddy.JoinHandle[struct{}]) error) error {
			peer, own := tcpPair(t, rt)
			defer peer.Close()
			defer own.Close()
			counted := &countedReads{Conn: own}
			task := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, read(counted) })
			dribble(t, rt, peer, beginning)
			until(t, rt, "the beginning was read", func() bool { return int(counted.n.Load()) == len(beginning) })
			untilWaiting(t, rt, 1)
			must(t, interrupt(own, peer, task))
			_, err := task.Join()
			return err
		}
		for name, interrupt := range interruptions {
			err := interrupted(func(own, peer *eddy.TCPStream, _ *eddy.JoinHandle[struct{}]) error { return interrupt(own, peer) })
			if kindsOf(err) != wanted[name] {
				t.Errorf("%s: %v; want one that is %q", name, err, wanted[name])
			}
		}
		err := interrupted(func(_, _ *eddy.TCPStream, task *eddy.JoinHandle[struct{}]) error { task.Cancel(); return nil })
		if !errors.Is(err, eddy.ErrCanceled) || !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
	})
}

// interruptedOverNet does the same on a goroutine and sockets of package net.
func interruptedOverNet(t *testing.T, beginning string, read func(net.Conn) error, interrupt func(own, peer tcpConn) error) error {
	t.Helper()
	l := got(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer l.Close()
	peer := got(net.Dial("tcp", l.Addr().String()))(t).(*net.TCPConn)
	defer peer.Close()
	own := got(l.Accept())(t).(*net.TCPConn)
	defer own.Close()
	counted := &countedReads{Conn: own}
	ended := make(chan error, 1)
	go func() { ended <- read(counted) }()
	writeText(t, peer, beginning)
	for int(counted.n.Load()) < len(beginning) {
		runtime.Gosched()
	}
	must(t, interrupt(own, peer))
	return <-ended
}

// kindsOf says what a program can find out about an error without looking at its text.
func kindsOf(err error) string {
	var kinds []string
	for _, kind := range []error{os.ErrDeadlineExceeded, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, kind) {
			kinds = append(kinds, kind.Error())
		}
	}
	var timeout net.Error
	if errors.As(err, &timeout) {
		kinds = append(kinds, fmt.Sprintf("net.Error with %v", timeout.Timeout()))
	}
	return strings.Join(kinds, ", ")
}

// testInterruptedWrites runs a library's function in a task that writes until it fails. Nobody reads.
func testInterruptedWrites(t *testing.T, write func(conn net.Conn) error) {
	t.Helper()
	ways := map[string]struct {
		interrupt func(rt *eddy.Runtime, own, peer *eddy.TCPStream, task *eddy.JoinHandle[struct{}]) error
		is        func(err error) bool
	}{
		"deadline": {
			func(rt *eddy.Runtime, own, _ *eddy.TCPStream, _ *eddy.JoinHandle[struct{}]) error {
				return own.SetWriteDeadline(rt.Now().Add(time.Millisecond))
			},
			isTimeout,
		},
		"closed": {
			func(_ *eddy.Runtime, own, _ *eddy.TCPStream, _ *eddy.JoinHandle[struct{}]) error { return own.Close() },
			isClosed,
		},
		"reset": {
			func(_ *eddy.Runtime, _, peer *eddy.TCPStream, _ *eddy.JoinHandle[struct{}]) error {
				return errors.Join(peer.SetLinger(0), peer.Close())
			},
			func(err error) bool { return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) },
		},
		"canceled": {
			func(_ *eddy.Runtime, _, _ *eddy.TCPStream, task *eddy.JoinHandle[struct{}]) error {
				task.Cancel()
				return nil
			},
			func(err error) bool { return errors.Is(err, eddy.ErrCanceled) && errors.Is(err, context.Canceled) },
		},
	}
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		for name, way := range ways {
			peer, own := tcpPair(t, rt)
			task := eddy.Spawn(rt, func() (struct{}, error) { return struct{}{}, write(own) })
			untilWaiting(t, rt, 1)
			must(t, way.interrupt(rt, own, peer, task))
			if _, err := task.Join(); !way.is(err) {
				t.Errorf("%s: %v", name, err)
			}
			own.Close()
			peer.Close()
		}
	})
}

// countedReads counts the bytes that were read.
type countedReads struct {
	net.Conn
	n atomic.Int64
}

func (c *countedReads) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// dribble writes text byte by byte, and lets the loop turn after each: whoever reads gets them one at a time.
func dribble(t *testing.T, rt *eddy.Runtime, w io.Writer, text string) {
	t.Helper()
	for i := range len(text) {
		writeText(t, w, text[i:i+1])
		must(t, rt.Yield())
	}
}

// large is longer than the buffers of the libraries and of the sockets together.
var large = strings.Repeat("0123456789abcdef", 1<<20)
