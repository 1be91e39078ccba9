package simnet

// Room at the writer. For TCP it comes back with acknowledgements, for a Unix socket when the peer has read.

// used is how many bytes of the send buffer are taken.
func (e *end) used() int {
	s := &e.out
	if e.unix {
		return int(s.written - s.read)
	}
	s.settle(e.host.net.now)
	return int(s.written - s.acked)
}

// roomy reports whether a writer is told that there is room, once all up to a position is done with: when a third is
// free, or for a Unix socket three quarters.
func (e *end) roomy(upto uint64) bool {
	used := int(e.out.written - upto)
	if e.unix {
		return used <= e.options.sendBuffer/4
	}
	return used <= e.options.sendBuffer/3*2
}

// writable is what poll calls writable.
func (e *end) writable() bool {
	return e.roomy(e.out.written - uint64(e.used()))
}

// wantRoom notes that somebody found too little room: Linux tells of room only those.
func (e *end) wantRoom() {
	e.noSpace = true
	if e.room.set() {
		return
	}
	a := &e.out.acks
	for i := range a.n {
		if e.roomy(a.queue[i].upto) {
			e.host.net.alarms.set(&e.room, a.queue[i].at)
			return
		}
	}
}

// roomCame tells the writer of room.
func (e *end) roomCame() {
	switch {
	case !e.unix && !e.noSpace:
		return
	case !e.writable():
		if !e.unix {
			e.wantRoom() // some of it was used meanwhile; a later acknowledgement may give enough
		}
		return
	}
	e.noSpace = false
	e.sock.raise()
}
