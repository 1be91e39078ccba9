package properties_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// echoListen is where all servers listen, and echoPort is the port in it.
const (
	echoListen = ":7"
	echoPort   = 7
)

// listening starts a host that serves each connection in a task of its own. When it returns, the host listens.
func listening(w *sim.World, serve func(rt *eddy.Runtime, s *eddy.TCPStream)) *sim.Host {
	h := w.Host("server", func(rt *eddy.Runtime) error {
		l, err := rt.ListenTCP(echoListen)
		if err != nil {
			return err
		}
		for {
			s, err := l.AcceptTCP()
			if err != nil {
				return err
			}
			rt.Spawn(func() {
				defer s.Close()
				serve(rt, s)
			})
		}
	})
	w.Run(time.Millisecond)
	return h
}

// wantEnd lets the world run until a host's program has ended, which it must do in time and without an error.
func wantEnd(t *testing.T, w *sim.World, h *sim.Host, within time.Duration) {
	t.Helper()
	end := w.Elapsed() + within
	w.RunUntil(func() bool { return h.Done() || w.Elapsed() > end })
	if !h.Done() {
		t.Errorf("host %s still runs after %v. %s", h.Name(), within, w.Dump())
	} else if err := h.Err(); err != nil {
		t.Errorf("host %s: %v", h.Name(), err)
	}
}

// wantBytes reads what must come, from an offset in the pattern on.
func wantBytes(s *eddy.TCPStream, buf []byte, offset, n int) error {
	for at := offset; at < offset+n; {
		m, err := s.Read(buf[:min(len(buf), offset+n-at)])
		if string(buf[:m]) != string(pattern[at:at+m]) {
			return fmt.Errorf("%d bytes behind %d are wrong", m, at-offset)
		}
		at += m
		if err != nil {
			return fmt.Errorf("%d of %d bytes came: %w", at-offset, n, err)
		}
	}
	return nil
}

// wantEOF reads the end of the stream.
func wantEOF(s *eddy.TCPStream, buf []byte) error {
	if n, err := s.Read(buf); n != 0 || err != io.EOF {
		return fmt.Errorf("got %d bytes and %v, want the end", n, err)
	}
	return nil
}
