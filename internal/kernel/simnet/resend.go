package simnet

import "syscall"

// Retransmission. A connection that has lost a packet sends nothing but the question whether the way is free again, at
// growing intervals; then it goes on where it was.

// lose is told that the peer does not have, or that it cannot say that it has, what was sent.
func (e *end) lose() {
	if e.unix || e.state != open {
		return
	}
	e.out.lost = true
	if !e.timer.set() {
		e.host.net.in(&e.timer, rto(e.tries))
	}
}

// retry is the timer: what it is for depends on how far the connection is.
func (e *end) retry() {
	switch e.state {
	case connecting:
		e.knockAgain()
	case opening:
		e.die()
	case open:
		e.sendAgain()
	}
}

func (e *end) sendAgain() {
	n := e.host.net
	e.tries++
	if e.tries > e.maxTries() {
		e.fail(syscall.ETIMEDOUT)
		return
	}
	n.note(e.host, "resend", e.fd(), uint64(e.tries), e.out.sent, 0)
	switch {
	case e.cutOff():
		n.in(&e.timer, rto(e.tries))
	case e.forgotten():
		e.tries = 0
		e.peer.sendReset()
	default:
		e.tries = 0
		e.out.lost, e.out.blocked = false, false
		if e.out.acked < e.out.arrived {
			e.acknowledged()
		}
		e.transmit()
	}
}

func (e *end) maxTries() int {
	if e.orphan {
		return orphanTries
	}
	return maxTries
}

// cutOff reports whether what is sent now reaches nobody.
func (e *end) cutOff() bool { return e.wire.cut || e.muted || !e.far.up }

// forgotten reports whether the peer's host would answer with a reset.
func (e *end) forgotten() bool { return e.peer.state == shut }

// suspect has the end find out whether its peer is there, by the means that it has: something that is not acknowledged,
// or keep-alive. It is called when there is a reason; as long as there is none, neither costs anything.
func (e *end) suspect() {
	if e.state == opening {
		e.expire()
	}
	if e.unix || e.state != open || !e.cutOff() && !e.forgotten() {
		return
	}
	if e.out.blocked || e.out.lost {
		e.lose()
	}
	e.startAsking()
}

// unheard is told that the peer has reset the connection, and that the reset was lost.
func (e *end) unheard() {
	s := &e.out
	if s.sent > s.arrived || s.finSent && !s.finArrived || s.helloSent && !s.helloArrived {
		e.lose()
	}
	e.suspect()
}
