package main

import (
	"net"
	"testing"
	"time"
)

// Every connection is counted once by the way it ended, and all bytes that were echoed are counted.
func TestTotalsAddUp(t *testing.T) {
	h := serveHere(t, func(s *server) {
		s.handle = func(c *client) error {
			switch s.totals.connections {
			case 3:
				c.stream.SetIdleTimeout(50 * time.Millisecond)
			case 4:
				panic("the fourth client is bad luck")
			}
			return c.echo()
		}
	})
	left := dial(t, h.addr[0])
	echo(t, left, "goodbye")
	if err := left.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	wantEnd(t, left)

	reset := dial(t, h.addr[0])
	echo(t, reset, "reset")
	reset.(*net.TCPConn).SetLinger(0)
	reset.Close()

	wantEnd(t, dial(t, h.addr[0])) // silent
	wantEnd(t, dial(t, h.addr[0])) // panic
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	got := h.totals
	got.timesFull = 0
	want := totals{connections: 4, bytesIn: 12, bytesOut: 12, left: 1, failed: 1, timeouts: 1}
	if got != want || h.finalStats.Panics != 1 {
		t.Errorf("%+v and %d panics, want %+v and 1", got, h.finalStats.Panics, want)
	}
}
