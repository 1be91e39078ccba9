package main

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

func TestEveryListenerEchoes(t *testing.T) {
	path := unixPrefix + filepath.Join(t.TempDir(), "echo")
	h := serveHere(t, func(s *server) { s.options.listen = []string{"127.0.0.1:0", "[::1]:0", path} })
	for _, address := range h.addr {
		c := dial(t, address)
		echo(t, c, "hello\n")
		closeWrite(t, c)
		wantEnd(t, c)
	}
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if h.totals.connections != 3 || h.totals.bytesIn != 18 || h.totals.bytesOut != 18 {
		t.Errorf("totals %+v", h.totals)
	}
	if !strings.Contains(h.log.String(), "a client of "+path) {
		t.Errorf("the Unix client has no name in the log:\n%s", h.log)
	}
}

func closeWrite(t *testing.T, c net.Conn) {
	t.Helper()
	if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
}

// F21: a panic in one client's task ends that client, closes its connection, frees its place and is logged with its
// stack; the others do not notice.
func TestPanicInOneTask(t *testing.T) {
	h := serveHere(t, func(s *server) {
		s.options.maxConns = 2
		s.handle = func(c *client) error {
			if s.totals.connections == 2 {
				panic("the second client is bad luck")
			}
			return c.echo()
		}
	})
	first := dial(t, h.addr[0])
	echo(t, first, "before")
	wantEnd(t, dial(t, h.addr[0]))
	echo(t, first, "after")
	echo(t, dial(t, h.addr[0]), "the place is free again")
	if log := h.log.String(); !strings.Contains(log, "bad luck") || !strings.Contains(log, "TestPanicInOneTask.func1.1") {
		t.Errorf("no panic with its stack in the log:\n%s", log)
	}
	if err := h.stop(t); err != nil {
		t.Error(err)
	}
	if n := h.finalStats.Panics; n != 1 {
		t.Errorf("%d panics were counted", n)
	}
}

// F18: a silent client is dropped by the idle timeout, and that is logged with its address.
func TestSilentClientIsDroppedAndLogged(t *testing.T) {
	const timeout = 50 * time.Millisecond
	h := serveHere(t, func(s *server) { s.options.idleTimeout = timeout })
	silent := dial(t, h.addr[0])
	began := time.Now()
	wantEnd(t, silent)
	if took := time.Since(began); took < timeout/2 {
		t.Errorf("dropped after %v", took) // it was accepted before we began to look
	}
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if log := h.log.String(); !strings.Contains(log, `level=INFO msg="client timed out" client=`+silent.LocalAddr().String()) {
		t.Errorf("not in the log:\n%s", log)
	}
	if n := h.totals.timeouts; n != 1 {
		t.Errorf("%d timeouts were counted", n)
	}
}

// F19: clients that send and never read cost the server what one buffer each costs, however much they send; the idle
// timeout ends them.
func TestClientsThatNeverRead(t *testing.T) {
	const clients = 20
	h := serveHere(t, func(s *server) { s.options.idleTimeout = 300 * time.Millisecond })
	before := heap()
	ended := make(chan error, clients)
	chunk := make([]byte, 64<<10)
	for range clients {
		c := dial(t, h.addr[0])
		go func() {
			for {
				if _, err := c.Write(chunk); err != nil {
					ended <- err
					return
				}
			}
		}()
	}
	for range clients {
		if err := <-ended; errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("a client that never reads was not dropped")
		}
	}
	// HeapSys shows the peak, for it does not shrink; it grows in steps of 4 MiB.
	if grown := heap() - before; grown > clients*(64<<10)+8<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if h.totals.timeouts != clients {
		t.Errorf("%d of %d clients timed out", h.totals.timeouts, clients)
	}
	if h.totals.bytesIn-h.totals.bytesOut > clients*(64<<10) {
		t.Errorf("%d bytes were taken in and not sent: more than a buffer each", h.totals.bytesIn-h.totals.bytesOut)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys)
}

func TestEchoAllocatesNothing(t *testing.T) {
	h := serveHere(t, func(s *server) { s.options.idleTimeout = time.Hour })
	c := dial(t, h.addr[0])
	c.SetDeadline(time.Time{})
	message, got := []byte(strings.Repeat("x", 512)), make([]byte, 512)
	once := func() {
		if _, err := c.Write(message); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, got); err != nil {
			t.Fatal(err)
		}
	}
	once()
	if n := testing.AllocsPerRun(1000, once); n != 0 {
		t.Errorf("%v allocations per echo", n)
	}
}

func TestReportTasksNamesWhatTheyWaitFor(t *testing.T) {
	h := serveHere(t, nil)
	echo(t, dial(t, h.addr[0]), "x")
	h.ask(t, h.reportTasks)
	for _, want := range []string{
		`waits_for="a signal to stop"`, `waits_for="accept tcp ` + h.addr[0] + `"`, `waits_for="read tcp ` + h.addr[0], "since=", "msg=tasks tasks=4 not_listed=0",
	} {
		if !strings.Contains(h.log.String(), want) {
			t.Errorf("no %s in:\n%s", want, h.log)
		}
	}
}

func TestListenersAreAllOrNone(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	path := filepath.Join(t.TempDir(), "echo")
	err = eddy.BlockOn(func(rt *eddy.Runtime) error {
		return newServer(rt, options{listen: []string{unixPrefix + path, busy.Addr().String()}}, nil).listen()
	})
	if err == nil || !strings.Contains(err.Error(), busy.Addr().String()+": address already in use") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket's file is left: %v", err)
	}
}
