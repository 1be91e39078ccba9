package simnet

import (
	"syscall"
	"time"
)

// Keep-alive. While the peer is there every probe is answered and nobody notices; so probes are sent only from when a
// peer may be gone, at the times at which they would have been sent.

// startAsking sets the time of the next probe.
func (e *end) startAsking() {
	if e.sock == nil || !e.options.keepAlive || e.keep.set() {
		return
	}
	n, idle := e.host.net, seconds(e.options.keepIdle)
	at := e.heard + idle
	if late := n.now - at; late >= 0 {
		at += (late/idle + 1) * idle
	}
	e.probes = 0
	n.alarms.set(&e.keep, at)
}

// ask sends a probe, or gives up.
func (e *end) ask() {
	n := e.host.net
	if e.sock == nil || e.state != open || !e.options.keepAlive {
		return
	}
	switch {
	case e.out.lost: // retransmission asks already
		n.in(&e.keep, seconds(e.options.keepIdle))
	case e.probes >= e.options.keepCount:
		e.fail(syscall.ETIMEDOUT)
	case e.cutOff():
		e.probes++
		n.note(e.host, "probe", e.fd(), uint64(e.probes), 0, 0)
		n.in(&e.keep, seconds(e.options.keepInterval))
	case e.forgotten():
		n.note(e.host, "probe", e.fd(), 0, 0, 0)
		e.peer.sendReset()
	default:
		e.heard = n.now
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
