package simnet

import "github.com/eddy-go/eddy/internal/kernel"

// poll is what the socket is ready for, as Linux's poll functions say it.
func (s *socket) poll() kernel.Ready {
	switch {
	case s.listener != nil && s.listener.closed, s.end == nil && s.listener == nil:
		return kernel.Writable | kernel.HangUp // a socket that is not connected
	case s.listener != nil:
		if len(s.listener.queue) > 0 {
			return kernel.Readable
		}
		return 0
	}
	return s.end.poll()
}

func (e *end) poll() (ready kernel.Ready) {
	if e.failure != 0 {
		ready |= kernel.Failed
	}
	if e.state == connecting {
		return ready
	}
	if e.readShut {
		ready |= kernel.Readable | kernel.ReadClosed
		if e.writeShut {
			ready |= kernel.HangUp
		}
	}
	if e.peer != nil && e.peer.out.waiting() > 0 {
		ready |= kernel.Readable
	}
	if e.writeShut && !e.unix || e.writable() {
		return ready | kernel.Writable
	}
	e.wantRoom()
	return ready
}
