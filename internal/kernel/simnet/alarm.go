package simnet

import "time"

// An alarm is something that will happen at a time. It is part of whatever it happens to, stands in the net's heap at
// most once, and is moved there when it is set anew: what is idle has nothing in the heap, and nothing stale is left.
type alarm struct {
	owner owner
	which happening
	place int32 // in the heap, counted from 1; 0: not set
}

// An owner is what alarms happen to; which tells its alarms apart.
type owner interface{ happen(which happening) }

type happening uint8

const (
	waitEnds    happening = iota // a kernel's wait reaches its timeout
	called                       // a function of After or an offload is due
	arrival                      // the first packet of a stream is there
	resend                       // a connection tries again: connecting, or sending
	probe                        // keep-alive asks whether the peer is still there
	roomComes                    // acknowledgements give the writer room
	windowOpens                  // the writer learns that the reader has read
	eventComes                   // an event that was withheld
	edgeOwed                     // the edge that follows a false answer
)

func (a *alarm) set() bool { return a.place != 0 }

// alarms is a heap with four children a node: shallower than a binary one, and the children share a cache line or two.
// Alarms of the same time go off in the order in which they were set.
type alarms struct {
	heap []due
	seq  uint64
}

type due struct {
	at    time.Duration
	seq   uint64
	alarm *alarm
}

func (d *due) before(e *due) bool { return d.at < e.at || d.at == e.at && d.seq < e.seq }

// next returns the time of the first alarm.
func (h *alarms) next() (at time.Duration, ok bool) {
	if len(h.heap) == 0 {
		return 0, false
	}
	return h.heap[0].at, true
}

// set has a go off at a time, instead of the time that it was set for.
func (h *alarms) set(a *alarm, at time.Duration) {
	h.seq++
	d := due{at: at, seq: h.seq, alarm: a}
	if a.place == 0 {
		h.heap = append(h.heap, d)
		h.up(len(h.heap)-1, d)
		return
	}
	h.fix(int(a.place)-1, d)
}

// stop takes a out, if it is set.
func (h *alarms) stop(a *alarm) {
	if a.place == 0 {
		return
	}
	i, last := int(a.place)-1, len(h.heap)-1
	a.place = 0
	moved := h.heap[last]
	h.heap[last] = due{}
	h.heap = h.heap[:last]
	if i < last {
		h.fix(i, moved)
	}
}

// fix puts d where the entry at i was, or where it belongs.
func (h *alarms) fix(i int, d due) {
	if i > 0 && d.before(&h.heap[(i-1)/4]) {
		h.up(i, d)
		return
	}
	h.down(i, d)
}

func (h *alarms) up(i int, d due) {
	for i > 0 {
		parent := (i - 1) / 4
		if !d.before(&h.heap[parent]) {
			break
		}
		h.put(i, h.heap[parent])
		i = parent
	}
	h.put(i, d)
}

func (h *alarms) down(i int, d due) {
	for {
		first := 4*i + 1
		if first >= len(h.heap) {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, len(h.heap)); c++ {
			if h.heap[c].before(&h.heap[least]) {
				least = c
			}
		}
		if !h.heap[least].before(&d) {
			break
		}
		h.put(i, h.heap[least])
		i = least
	}
	h.put(i, d)
}

func (h *alarms) put(i int, d due) {
	h.heap[i] = d
	d.alarm.place = int32(i + 1)
}
