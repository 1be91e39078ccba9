package properties_test

import (
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// mishap is something that happens to whole hosts, or from outside.
type mishap int

const (
	partition mishap = iota
	pause
	crash
	kill
	closing // of a connection, by another goroutine
	mishaps // how many there are
)

var mishapNames = [mishaps]string{"partition", "pause", "crash", "kill", "close from outside"}

// rough lets a time pass in which everything happens.
func (e *echo) rough() {
	gap := echoRough / time.Duration(4+e.rng.IntN(12))
	for {
		next := min(e.upTo(2*gap), echoRough-e.w.Elapsed())
		e.w.Run(next)
		if e.w.Elapsed() >= echoRough {
			return
		}
		e.befall(mishap(e.rng.IntN(int(mishaps))))
	}
}

// befall has something happen to some host, which is over at the latest when the faults end.
func (e *echo) befall(m mishap) {
	over := min(e.upTo(3*time.Second), echoRough-e.w.Elapsed())
	h := e.clientHosts[e.rng.IntN(len(e.clientHosts))]
	if m != partition && e.rng.IntN(3) == 0 {
		h = e.server
	}
	if m != closing && h.Done() {
		return // it has not been started again yet
	}
	switch m {
	case partition:
		e.w.Partition(e.server, h)
		e.w.After(over, func() { e.w.Heal(e.server, h) })
	case pause:
		e.w.Pause(h)
		e.w.After(over, func() { e.w.Resume(h) })
	case crash:
		e.w.Crash(h)
		e.wasStopped(h, over)
	case kill:
		e.w.Kill(h)
		e.wasStopped(h, over)
	case closing:
		if !e.closeSome() {
			return
		}
	}
	e.befell[m]++
}

// wasStopped starts a host again after a time.
func (e *echo) wasStopped(h *sim.Host, after time.Duration) {
	for _, k := range e.conns {
		if h == e.server || h == k.client.host {
			k.explained = true
		}
	}
	if h == e.server {
		if e.handlers != 0 {
			e.t.Errorf("the server was stopped, and %d handlers have not ended", e.handlers)
		}
		e.life++
	}
	e.w.After(after, func() { e.w.Restart(h) })
}

// closeSome closes one end of a connection as another goroutine would.
func (e *echo) closeSome() bool {
	var k *conn
	for range 8 {
		if len(e.conns) == 0 {
			return false
		}
		k = e.conns[len(e.conns)-1-e.rng.IntN(min(len(e.conns), 2*echoClients))]
		if !k.clientOver && !k.explained {
			break
		}
	}
	if k.clientOver || k.explained {
		return false
	}
	k.explained = true
	if k.served != nil && e.rng.IntN(2) == 0 {
		e.closeOutside(e.server, k.served)
	} else {
		e.closeOutside(k.client.host, k.stream)
	}
	return true
}

func (e *echo) closeOutside(h *sim.Host, s *eddy.TCPStream) {
	e.w.Outside(h, func() { s.Close() })
}
