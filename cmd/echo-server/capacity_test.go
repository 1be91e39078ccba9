package main

import (
	"strings"
	"testing"
)

// F18: at the cap nobody is accepted, that is said once, and accepting resumes by itself.
func TestCapAndResume(t *testing.T) {
	h := serveHere(t, func(s *server) { s.options.maxConns = 2 })
	first, second := dial(t, h.addr[0]), dial(t, h.addr[0])
	echo(t, first, "1")
	echo(t, second, "2")
	third := dial(t, h.addr[0]) // the kernel connects it; the server does not know
	send(t, third, "3")
	h.ask(t, func() {
		h.rt.Yield() // what the kernel has to report about the third has been reported
		if len(h.clients) != 2 || h.places.free != 0 {
			t.Errorf("%d clients, %d places", len(h.clients), h.places.free)
		}
		h.reportTasks()
	})
	if want := `waits_for="a place for a client of ` + h.addr[0]; !strings.Contains(h.log.String(), want) {
		t.Errorf("no %s in:\n%s", want, h.log)
	}
	for i, leaving := range []interface{ Close() error }{first, second} {
		leaving.Close()
		if i == 0 {
			receive(t, third, "3")
		}
	}
	echo(t, dial(t, h.addr[0]), "4") // full again
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(h.log.String(), "no more clients are accepted"); n != 1 {
		t.Errorf("said %d times that the server is full:\n%s", n, h.log)
	}
	if h.totals.timesFull < 2 || h.totals.connections != 4 {
		t.Errorf("totals %+v", h.totals)
	}
}

// A listener that waits for clients holds no place: the only one is there for whoever comes first, on any listener.
func TestPlacesAreSharedByListeners(t *testing.T) {
	h := serveHere(t, func(s *server) {
		s.options.listen = []string{"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}
		s.options.maxConns = 1
	})
	for range 3 {
		for _, address := range h.addr {
			c := dial(t, address)
			echo(t, c, "alone")
			c.Close()
		}
	}
	// Clients on all three at once are served one after the other.
	a, b, c := dial(t, h.addr[0]), dial(t, h.addr[1]), dial(t, h.addr[2])
	for _, conn := range []interface {
		Write([]byte) (int, error)
	}{a, b, c} {
		conn.Write([]byte("x"))
	}
	closeWrite(t, a)
	closeWrite(t, b)
	closeWrite(t, c)
	receive(t, a, "x")
	receive(t, b, "x")
	receive(t, c, "x")
	if err := h.stop(t); err != nil {
		t.Fatal(err)
	}
	if n := h.totals.connections; n != 12 {
		t.Errorf("%d connections", n)
	}
}
