package main

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytest"
)

// testLimit is how long a client of a test waits for the server. Picked: only a bug reaches it.
const testLimit = 30 * time.Second

// served is a server that runs inside the test, on a goroutine of its own.
type served struct {
	*server
	handle *eddy.Handle
	addr   []string
	log    *lockedBuffer
	ended  chan error
}

// serveHere starts a server on a free port. change may change it before it starts.
func serveHere(t *testing.T, change func(*server)) *served {
	t.Helper()
	eddytest.Baseline(t)
	log := &lockedBuffer{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	rt, err := eddy.New(eddy.Config{Logger: logger, CheckThread: true})
	if err != nil {
		t.Fatal(err)
	}
	o := options{listen: []string{"127.0.0.1:0"}, maxConns: 1000, shutdownTimeout: testLimit}
	h := &served{server: newServer(rt, o, logger), handle: rt.Handle(), log: log, ended: make(chan error, 1)}
	if change != nil {
		change(h.server)
		h.places.free = h.options.maxConns
	}
	listening := make(chan []string, 1)
	go func() {
		h.ended <- rt.BlockOn(func(*eddy.Runtime) error {
			if err := h.listen(); err != nil {
				close(listening)
				return err
			}
			listening <- h.addresses()
			return h.serve()
		})
	}()
	h.addr = <-listening
	t.Cleanup(func() {
		h.handle.Shutdown()
		h.stop(t)
	})
	return h
}

// stop asks the server to stop and returns the result of serving.
func (h *served) stop(t *testing.T) error {
	t.Helper()
	h.handle.Spawn(h.askToStop)
	return h.end(t)
}

// end waits for the server to end.
func (h *served) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-h.ended:
		h.handle.Release()
		h.ended <- err
		return err
	case <-time.After(testLimit):
		t.Fatal("the server does not end")
		return nil
	}
}

// ask runs fn as a task of the server and waits for it.
func (h *served) ask(t *testing.T, fn func()) {
	t.Helper()
	done := make(chan struct{})
	if err := h.handle.Spawn(func() { defer close(done); fn() }); err != nil {
		t.Fatal(err)
	}
	<-done
}

// dial connects a client that fails rather than waits for ever.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	network := "tcp"
	if path, ok := bytes.CutPrefix([]byte(address), []byte(unixPrefix)); ok {
		network, address = "unix", string(path)
	}
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(testLimit))
	return c
}

func send(t *testing.T, c net.Conn, message string) {
	t.Helper()
	if _, err := io.WriteString(c, message); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, c net.Conn, message string) {
	t.Helper()
	got := make([]byte, len(message))
	if n, err := io.ReadFull(c, got); err != nil || string(got) != message {
		t.Fatalf("got %q and %v, want %q", got[:n], err, message)
	}
}

func echo(t *testing.T, c net.Conn, message string) {
	t.Helper()
	send(t, c, message)
	receive(t, c, message)
}

func wantEnd(t *testing.T, c net.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Fatalf("got %d bytes and %v, want the end", n, err)
	}
}

// lockedBuffer is a log that the test reads while it grows.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
