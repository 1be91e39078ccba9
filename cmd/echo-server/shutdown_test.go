package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// What the loop has not heard of yet when the stop is asked for counts as well: bytes of clients that it serves, and
// clients that wait to be accepted. A task holds the loop while all that arrives and then asks for the stop, so that
// the kernel has not been asked in between.
func TestStopWithNewsThatTheLoopHasNotHeard(t *testing.T) {
	path := unixPrefix + filepath.Join(t.TempDir(), "echo")
	h := serveHere(t, func(s *server) { s.options.listen = []string{"127.0.0.1:0", path} })
	large := strings.Repeat("not heard of; ", 3000) // less than the first window of TCP, so that all of it arrives
	var served, waiting, idle []net.Conn
	for _, address := range h.addr {
		for range 3 {
			c := dial(t, address)
			echo(t, c, "hello")
			served = append(served, c)
		}
		c := dial(t, address)
		echo(t, c, "idle from now on")
		idle = append(idle, c)
	}
	holds, release := make(chan struct{}), make(chan struct{})
	h.handle.Spawn(func() {
		close(holds)
		<-release // it blocks the loop, which is what a task must never do
		h.askToStop()
	})
	<-holds
	for _, c := range served {
		send(t, c, large)
	}
	for _, address := range h.addr {
		for range 3 {
			c := dial(t, address)
			send(t, c, large)
			waiting = append(waiting, c)
		}
		idle = append(idle, dial(t, address))
	}
	close(release)
	for _, c := range append(served, waiting...) {
		receive(t, c, large)
		wantEnd(t, c)
		c.Close()
	}
	for _, c := range idle {
		wantEnd(t, c)
		c.Close()
	}
	if err := h.end(t); err != nil {
		t.Error(err)
	}
	if h.totals.connections != 16 || h.totals.bytesIn != h.totals.bytesOut {
		t.Errorf("totals %+v", h.totals)
	}
}

// A listener that cannot go on ends the server, cleanly, and its error comes out.
func TestListenerThatCannotGoOn(t *testing.T) {
	h := serveHere(t, nil)
	c := dial(t, h.addr[0])
	echo(t, c, "hello")
	h.ask(t, func() { h.listeners[0].Close() })
	wantEnd(t, c)
	if err := h.end(t); !errors.Is(err, net.ErrClosed) || forced(err) {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(h.log.String(), "listener failed") {
		t.Errorf("not in the log:\n%s", h.log)
	}
}

func TestOutcome(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		err       error
		announced bool
		code      int
	}{
		{nil, true, 0},
		{os.ErrDeadlineExceeded, true, exitForced},
		{errors.Join(eddy.ErrCanceled, broken), true, exitForced},
		{broken, true, exitFailed},
		{&exit{exitFailed, broken}, false, exitFailed},
	} {
		s := &server{announced: c.announced}
		if code := exitCode(s.outcome(c.err)); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.err, code, c.code)
		}
	}
}

// Those who wait for a condition are woken in their order, and one that gives up leaves nothing behind.
func TestConditionIsLeft(t *testing.T) {
	err := eddy.BlockOn(func(rt *eddy.Runtime) error {
		var c condition
		never := func() bool { return false }
		if _, err := eddy.Await(rt, eddy.Timeout(time.Nanosecond, c.until("never", never))); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if len(c.waiting) != 0 {
			t.Errorf("%d wait", len(c.waiting))
		}
		open, order := false, []int(nil)
		var tasks []*eddy.JoinHandle[struct{}]
		for i := range 3 {
			tasks = append(tasks, rt.Spawn(func() {
				eddy.Await(rt, c.until("open", func() bool { return open }))
				order = append(order, i)
			}))
		}
		rt.Yield()
		open = true
		c.changed()
		for i, task := range tasks {
			if _, err := task.Join(); err != nil || order[i] != i {
				t.Errorf("task %d: %v, order %v", i, err, order)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
