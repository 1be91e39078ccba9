package simnet

import "time"

// How packets travel. A packet that is lost is lost when it is sent or when it arrives; the sender learns of it by its
// own clock, but is told here at once to look at the clock: a connection that loses nothing sets no timer.

// send puts a packet on the wire; false says that it is lost.
func (e *end) send(kind packetKind, upto uint64) bool {
	n, s := e.host.net, &e.out
	bytes := 0
	if kind == data {
		bytes = int(upto - s.sent)
		e.mistreat()
	}
	if e.muted || e.wire.cut && !e.unix {
		n.note(e.host, "lose", e.fd(), uint64(kind), upto, 0)
		return false
	}
	at := max(e.wire.travel(n, e.direction, bytes), s.stalled)
	s.flight.push(packet{at: at, upto: upto, kind: kind})
	if s.flight.len() == 1 {
		n.alarms.set(&s.arrival, at)
	}
	return true
}

// arrive is the arrival of the first packet in flight.
func (e *end) arrive() {
	s := &e.out
	p := s.flight.pop()
	if s.flight.len() > 0 {
		// None overtakes: one that would have come earlier comes now.
		e.host.net.alarms.set(&s.arrival, max(s.flight.first().at, e.host.net.now))
	}
	switch {
	case !e.far.up || e.muted:
		e.host.net.note(e.far, "miss", 0, uint64(p.kind), p.upto, 0)
		e.missed(p)
	case p.kind == syn:
		e.knock()
	case e.unix:
		e.peer.receiveUnix(p)
	default:
		e.peer.receive(p)
	}
}

// missed is told of a packet that was lost on its way.
func (e *end) missed(p packet) {
	switch {
	case p.kind == syn:
		e.knockLater()
	case p.kind == synAck:
		e.unanswered()
	case p.kind == reset:
		e.peer.unheard()
	default:
		e.lose()
	}
}

// receive takes a packet of TCP.
func (e *end) receive(p packet) {
	from := e.peer
	n := e.host.net
	n.note(e.host, p.kind.String(), e.fd(), p.upto, 0, 0)
	e.heard = n.now
	switch {
	case p.kind == reset:
		e.wasReset()
	case e.state == shut: // as is whatever the host had before it crashed
		e.sendReset()
	case p.kind == synAck:
		e.connected()
	case p.kind == hello:
		e.opened()
	case p.kind == fin:
		e.streamEnded()
		from.acknowledged()
	default:
		e.receiveData(p)
	}
}

// receiveData takes bytes.
func (e *end) receiveData(p packet) {
	from := e.peer
	switch {
	case e.resetsNow():
		e.fail(e.resetErrno())
		e.sendReset()
		return
	case e.orphan || e.readShut && e.out.fin:
		// Nobody will ever read them: Linux resets a connection whose both directions this end has closed.
		e.sendReset()
		e.fail(e.resetErrno())
		return
	}
	from.out.arrived = p.upto
	from.acknowledged()
	if p.fin {
		e.streamEnded()
	}
	e.sock.raise()
}

// acknowledged is told that the peer has received something, and that its answer is on the way, or lost.
func (e *end) acknowledged() {
	n, s := e.host.net, &e.out
	if e.wire.cut || e.muted {
		e.lose()
		return
	}
	k := ack{at: n.now + e.wire.Latency[0] + 1, upto: s.arrived}
	s.acks.push(k)
	if e.noSpace && !e.room.set() && e.roomy(k.upto) {
		n.alarms.set(&e.room, k.at)
	}
}

// streamEnded takes the end of the peer's stream.
func (e *end) streamEnded() {
	from := e.peer
	from.out.finArrived = true
	e.finished, e.readShut = true, true
	e.sock.raise()
	if from.finished { // that end of the stream was the second
		e.die()
		from.die()
	}
}

// sendReset answers with a reset. It is not sent again if it is lost, so the peer may never learn of it.
func (e *end) sendReset() {
	if !e.send(reset, e.out.sent) {
		e.peer.unheard()
	}
}

// wasReset takes a reset.
func (e *end) wasReset() {
	switch e.state {
	case shut:
	case connecting:
		e.fail(refusedErrno)
	case opening:
		e.die()
	default:
		e.fail(e.resetErrno())
	}
}

// rto returns the time until the next of several retransmissions.
func rto(tries int) time.Duration {
	return min(firstResend<<min(tries, 16), lastResend)
}

// The pace of retransmissions is Linux's: the least time, the most, and how many are sent before a connection is given
// up (net.ipv4.tcp_retries2, and what tcp_orphan_retries 0 means), together about 924 s.
const (
	firstResend = 200 * time.Millisecond
	lastResend  = 120 * time.Second
	maxTries    = 15
	orphanTries = 8
)
