package simnet

import "syscall"

// transmit sends what can be sent: bytes as far as the receiver has room, and the end of the stream behind them.
//
// The sender looks at the receiver's room as it is, and does not wait for the news, except when there was none: then it
// learns of more as Linux does, by a window update.
func (e *end) transmit() {
	s := &e.out
	if e.state != open || s.lost {
		return
	}
	if s.hello && !s.helloSent {
		if !e.send(hello, 0) {
			e.lose()
			return
		}
		s.helloSent = true
	}
	segment := uint64(e.wire.segment())
	for s.sent < s.written && !s.blocked {
		upto := min(s.written, s.sent+segment)
		if !e.unix {
			upto = min(upto, s.read+uint64(e.peer.options.recvBuffer))
		}
		if upto <= s.sent {
			s.blocked = true
			break
		}
		if !e.send(data, upto) {
			e.lose()
			return
		}
		s.sent = upto
	}
	if s.fin && !s.finSent && s.sent == s.written {
		s.finSent = e.sendEnd()
	}
}

// sendEnd sends the end of the stream, by itself or with the last bytes, if those are on their way.
func (e *end) sendEnd() bool {
	s := &e.out
	if s.flight.len() > 0 && s.flight.last().kind == data && e.host.net.strike(EndWithData) {
		s.flight.last().fin = true
		return true
	}
	if !e.send(fin, s.sent) {
		e.lose()
		return false
	}
	return true
}

// write takes some of p.
func (e *end) write(p []byte) (int, syscall.Errno) {
	s, n := &e.out, e.host.net
	if errno := e.mayWrite(); errno != 0 {
		return 0, errno
	}
	room := e.options.sendBuffer - e.used()
	if room <= 0 {
		e.wantRoom()
		return 0, syscall.EAGAIN
	}
	if n.strike(FalseReady) {
		e.sock.owe()
		return 0, syscall.EAGAIN
	}
	taken := min(len(p), room)
	if taken > 1 && n.strike(ShortWrite) {
		taken = 1 + n.tape.Below("short write", taken-1)
		e.sock.owe()
	}
	s.put(&n.rings, p[:taken])
	if taken < len(p) {
		e.wantRoom()
	}
	e.transmit()
	return taken, 0
}

// mayWrite returns why nothing can be written, whether there is room or not.
func (e *end) mayWrite() syscall.Errno {
	switch {
	case e.unix && e.writeShut:
		return syscall.EPIPE
	case e.failure != 0:
		return e.takeError()
	case e.writeShut:
		return syscall.EPIPE
	case e.state == connecting:
		return syscall.EAGAIN
	}
	return 0
}

// read takes bytes that have arrived.
func (e *end) read(p []byte) (int, syscall.Errno) {
	n := e.host.net
	if e.peer == nil || e.peer.out.waiting() == 0 {
		if e.finished && n.strike(FalseReady) {
			e.sock.owe()
			return 0, syscall.EAGAIN
		}
		return 0, e.nothingToRead()
	}
	if n.strike(FalseReady) {
		e.sock.owe()
		return 0, syscall.EAGAIN
	}
	in := &e.peer.out
	taken := min(len(p), in.waiting())
	if taken > 1 && n.strike(ShortRead) {
		taken = 1 + n.tape.Below("short read", taken-1)
		// Where urgent data is reported, a reader takes a short read for the end of what is there, as it is on Linux
		// otherwise; elsewhere, and on a Unix socket, it asks until there is nothing.
		if e.sock.kernel.urgent && !e.unix {
			e.sock.owe()
		}
	}
	in.get(p[:taken])
	e.peer.hasRead()
	return taken, 0
}

// nothingToRead tells the end of the stream (0) from an error and from an empty socket. The order is Linux's: TCP
// tells the end of the stream before an error, a Unix socket after it.
func (e *end) nothingToRead() syscall.Errno {
	switch {
	case e.finished && !e.unix:
		return 0
	case e.failure != 0:
		return e.takeError()
	case e.readShut:
		return 0
	}
	return syscall.EAGAIN
}

// hasRead is told to the writer's end when its peer has taken bytes.
func (e *end) hasRead() {
	n, s := e.host.net, &e.out
	if e.unix {
		if e.sock != nil && !e.room.set() && e.roomy(s.read) {
			n.alarms.set(&e.room, n.now+e.wire.Latency[0]+1)
		}
		return
	}
	if !s.blocked || e.window.set() || e.state != open {
		return
	}
	buffer := e.peer.options.recvBuffer
	if buffer-int(s.sent-s.read) < min(e.wire.segment(), buffer/2) {
		return // not worth a word
	}
	if e.wire.cut || e.muted {
		e.lose()
		return
	}
	n.alarms.set(&e.window, n.now+e.wire.latency(n))
}
