//go:build linux

package differential

// What is known of the listeners.

func (w *writer) connect(slot string) {
	if !w.slot(slot).open {
		w.listen(slot)
	}
	if conn := w.dial(slot, false); conn >= 0 {
		for !w.conns[conn].ends[1].exists {
			w.accept(slot, false)
		}
	}
}

func (w *writer) listen(slot string) {
	w.add(Step{Op: opListen, Slot: slot}, "", false) // on a used address, if it listens already
	w.slot(slot).open = true
}

func (w *writer) unlisten(slot string) {
	s := w.slot(slot)
	w.add(Step{Op: opUnlisten, Slot: slot}, "", false)
	for _, conn := range append(s.queue, s.waiting...) {
		w.conns[conn].ends[0].closed = true
		w.conns[conn].ends[1].closed = true
	}
	*s = slotState{}
}

// room reports whether one more may dial. A full backlog of TCP answers after a second, and not at all to the first try;
// on a Unix socket one dial may wait for room, of several the system would not say which comes next.
func (w *writer) room(slot string) bool {
	limit := slots[slot].backlog
	if limit == 0 {
		return true
	}
	limit++ // Linux takes one more
	if slots[slot].unix {
		limit++
	}
	return len(w.slot(slot).queue) < limit
}

// dial returns the number of the connection, or -1.
func (w *writer) dial(slot string, with bool) int {
	s := w.slot(slot)
	full := slots[slot].backlog > 0 && len(s.queue) > slots[slot].backlog
	conn := len(w.conns)
	switch {
	case len(s.waiting) > 0: // an accept has chosen the number
		conn, s.waiting = s.waiting[0], s.waiting[1:]
		w.conns[conn].ends[1].exists = true
	case conn == maxConns || !w.room(slot):
		return -1
	default:
		w.conns = append(w.conns, &connState{slot: slot})
		if s.open {
			s.queue = append(s.queue, conn)
		}
	}
	w.conns[conn].ends[0] = endState{exists: true, closed: !s.open, half: full}
	uses := "dial " + slot
	if !s.open || full {
		uses = ""
	}
	w.add(Step{Op: opDial, End: End{Conn: conn}, Slot: slot}, uses, with)
	return conn
}

func (w *writer) accept(slot string, with bool) {
	s := w.slot(slot)
	conn := len(w.conns)
	switch {
	case len(s.queue) > 0:
		conn, s.queue = s.queue[0], s.queue[1:]
		w.conns[conn].ends[1].exists = true
	case conn == maxConns:
		return
	default:
		w.conns = append(w.conns, &connState{slot: slot})
		if s.open {
			s.waiting = append(s.waiting, conn)
		}
	}
	uses := "accept " + slot
	if !s.open || slots[slot].backlog > 0 {
		uses = ""
	}
	w.add(Step{Op: opAccept, End: End{Conn: conn, Server: true}, Slot: slot}, uses, with)
}

// settleOpening sees that nothing runs together with the dial or the accept of its end.
func (w *writer) settleOpening(e End) {
	if slot := w.conn(e).slot; w.batch["dial "+slot] || w.batch["accept "+slot] {
		w.settle()
	}
}

// call adds a call of a stream, if the system determines what comes of it.
func (w *writer) call(e End, v wish) {
	w.settleOpening(e)
	if v.Op == wishTransfer {
		w.transfer(e, v)
		return
	}
	end, peer := w.end(e), w.end(e.Peer())
	step := Step{Op: v.Op, End: e, N: v.N}
	uses := ""
	switch v.Op {
	case opWrite, opBuffers:
		if !w.mayWrite(end, peer, &step) {
			return
		}
		uses = "write " + e.String()
	case opFlood:
		if end.flooded || peer.flooded || peer.once || w.conn(e).carried {
			return
		}
		end.flooded = true
	case opEcho:
		if end.flooded || peer.flooded {
			return
		}
		end.reads, end.once, end.flooded = true, true, true // if it fails it leaves what it has not taken
	case opRead, opReadFull, opReadEnd:
		if !end.reads && v.Op != opRead {
			uses = "read " + e.String()
		}
		if !w.mayRead(end, &step, w.conn(e).healthy()) {
			return
		}
	case opReadPast, opWritePast:
		end.late = true
	case opCloseRead:
		end.half = true
	case opCloseWrite:
		if !end.half { // a second one tells whether the peer's end has come
			uses = "write " + e.String()
		}
		end.half = true
	case opClose, opReset:
		end.closed = true
	}
	if !end.live() || !peer.live() || end.flooded || peer.flooded {
		uses = "" // what comes back, from the end that is gone or an echo, races with what goes there
	}
	w.add(step, uses, v.With)
}

// mayWrite reports whether the write is sure to fit into the buffers, or to fail.
func (w *writer) mayWrite(end, peer *endState, step *Step) bool {
	if peer.once {
		step.Op, step.N = opWrite, min(step.N, 1000) // one packet: or that read takes what the network makes of it
	}
	if end.live() && (end.flooded || end.written+step.N > budget) {
		return false
	}
	end.written += step.N
	peer.queued += step.N
	return true
}

// mayRead reports whether what the read finds there is determined.
func (w *writer) mayRead(end *endState, step *Step, healthy bool) bool {
	switch step.Op {
	case opReadEnd:
		end.reads = true
		return true
	case opReadFull:
		step.N = max(1, step.N)
	}
	if end.read+step.N > budget {
		return false
	}
	end.read += step.N
	switch {
	case step.Op == opReadFull && !(healthy && end.queued >= step.N):
		end.reads = true
	case step.Op == opRead && !(healthy && end.queued > 0):
		end.reads, end.once = true, true
	default:
		end.queued -= min(end.queued, step.N)
	}
	return true
}

// transfer adds a write that need not fit into any buffer, and the read that takes it.
func (w *writer) transfer(e End, v wish) {
	if !w.conn(e).healthy() {
		return
	}
	w.conn(e).carried = true
	n := 1 + v.N*8
	from, to := "write "+e.String(), "read "+e.Peer().String()
	if w.batch[from] || w.batch[to] {
		w.settle()
	}
	w.add(Step{Op: opWrite, End: e, N: n}, from, true)
	w.add(Step{Op: opReadFull, End: e.Peer(), N: n}, to, v.With)
}
