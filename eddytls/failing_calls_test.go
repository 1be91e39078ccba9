package eddytls_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/eddytls"
)

// F37: a task that ignores the errors of a connection burns turns, not the loop.
func TestFailingCallsLetTheLoopGoOn(t *testing.T) {
	buf := make([]byte, 1)
	read := func(c *eddytls.Conn) error { _, err := c.Read(buf); return err }
	write := func(c *eddytls.Conn) error { _, err := c.Write(buf); return err }
	for name, test := range map[string]struct {
		spoil func(t *testing.T, rt *eddy.Runtime, client, server *eddytls.Conn)
		call  func(c *eddytls.Conn) error
	}{
		"read after Close":       {closeServer, read},
		"write after Close":      {closeServer, write},
		"CloseWrite after Close": {closeServer, (*eddytls.Conn).CloseWrite},
		"read at the end": {func(t *testing.T, rt *eddy.Runtime, client, server *eddytls.Conn) {
			must(t, client.CloseWrite())
			wantEOF(t, server)
		}, read},
		"write after CloseWrite": {func(t *testing.T, _ *eddy.Runtime, _, server *eddytls.Conn) {
			must(t, server.CloseWrite())
		}, write},
		"write after a broken one": {func(t *testing.T, rt *eddy.Runtime, _, server *eddytls.Conn) {
			writer := eddy.Spawn(rt, func() (int, error) { return server.Write(make([]byte, 8<<20)) })
			untilWaiting(t, rt, 1)
			must(t, server.SetWriteDeadline(rt.Now()))
			if _, err := writer.Join(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal(err)
			}
			must(t, server.SetWriteDeadline(time.Time{}))
		}, write},
	} {
		t.Run(name, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				client, server := pair(t, rt)
				test.spoil(t, rt, client, server)
				failsInTurns(t, rt, func() error { return test.call(server) })
				_ = server.Close()
				must(t, client.Close())
			})
		})
	}
}

// F37: so it is where the handshake has failed, whatever is called, and where it has not begun.
func TestFailedHandshakeLetsTheLoopGoOn(t *testing.T) {
	buf := make([]byte, 1)
	for name, call := range map[string]func(c *eddytls.Conn) error{
		"Handshake":        (*eddytls.Conn).Handshake,
		"HandshakeContext": func(c *eddytls.Conn) error { return c.HandshakeContext(context.Background()) },
		"Read":             func(c *eddytls.Conn) error { _, err := c.Read(buf); return err },
		"Write":            func(c *eddytls.Conn) error { _, err := c.Write(buf); return err },
		"CloseWrite":       (*eddytls.Conn).CloseWrite,
	} {
		t.Run(name, func(t *testing.T) {
			onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
				client, conn := stopping(t, rt)
				failsInTurns(t, rt, conn.CloseWrite)
				must(t, conn.SetDeadline(rt.Now()))
				if err := conn.Handshake(); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				must(t, conn.SetDeadline(time.Time{}))
				failsInTurns(t, rt, func() error { return call(conn) })
				must(t, conn.Close())
				must(t, client.Close())
			})
		})
	}
}

// F17: reads of what is decrypted already cost budget as well.
func TestReadsThatNeedNotWaitLetTheLoopGoOn(t *testing.T) {
	onLoop(t, func(t *testing.T, rt *eddy.Runtime) {
		client, server := pair(t, rt)
		_, err := client.Write(make([]byte, 10_001))
		must(t, err)
		readText(t, server, "\x00") // the others came with it
		inTurns(t, rt, 10_000, func() { readText(t, server, "\x00") })
		must(t, server.Close())
		must(t, client.Close())
	})
}

func closeServer(t *testing.T, _ *eddy.Runtime, _, server *eddytls.Conn) { must(t, server.Close()) }

// failsInTurns makes a call that fails so often that a task which never let the loop go on would be noticed.
func failsInTurns(t *testing.T, rt *eddy.Runtime, call func() error) {
	t.Helper()
	inTurns(t, rt, 10_000, func() {
		if call() == nil {
			t.Fatal("it has not failed")
		}
	})
}

// inTurns makes n calls, beside a task that counts how often it is its turn.
func inTurns(t *testing.T, rt *eddy.Runtime, n int, call func()) {
	t.Helper()
	others := 0
	other := rt.Spawn(func() {
		for rt.Yield() == nil {
			others++
		}
	})
	for range n {
		call()
	}
	other.Cancel()
	other.Join()
	if others < 10 {
		t.Errorf("in %d calls another task had %d turns", n, others)
	}
}
