package simnet

import "time"

// stream is what one end sends: its bytes by position, and how far each of them has come.
//
//	read <= arrived <= sent <= written, acked <= arrived
//
// Bytes between read and arrived wait at the receiver; those between arrived and sent are on their way; the rest waits
// at the sender. A packet carries positions, not bytes.
type stream struct {
	bytes                               ring
	read, arrived, sent, written, acked uint64

	hello, helloSent, helloArrived bool // the packet that completes a handshake
	fin, finSent, finArrived       bool

	flight  packets
	arrival alarm // of the first packet in flight
	acks    acks
	blocked bool          // the receiver has no room
	lost    bool          // packets were lost: the sender waits before it sends again
	stalled time.Duration // until when nothing arrives
}

func (s *stream) waiting() int { return int(s.arrived - s.read) }

// put appends bytes.
func (s *stream) put(pool *rings, p []byte) {
	s.bytes.put(pool, s.read, s.written, p)
	s.written += uint64(len(p))
}

// get takes bytes that have arrived.
func (s *stream) get(p []byte) {
	s.bytes.get(s.read, p)
	s.read += uint64(len(p))
}

func (s *stream) free(pool *rings) {
	pool.give(s.bytes.b)
	s.bytes.b = nil
}

// packet is one of a stream's packets on its way.
type packet struct {
	at   time.Duration // of its arrival
	upto uint64        // the position behind its bytes
	kind packetKind
	fin  bool // the end of the stream comes with the bytes
}

type packetKind uint8

const (
	syn packetKind = iota
	synAck
	hello // the answer to synAck
	data
	fin
	reset
	deaf   // of a Unix socket: nobody will read
	hangUp // of a Unix socket: closed
)

func (k packetKind) String() string {
	return [...]string{"syn", "syn-ack", "ack", "data", "fin", "reset", "deaf", "hang-up"}[k]
}

// packets is a queue: its first one is always the next to arrive.
type packets struct {
	queue []packet
	head  int
}

func (q *packets) len() int { return len(q.queue) - q.head }

func (q *packets) push(p packet) { q.queue = append(q.queue, p) }

func (q *packets) first() *packet { return &q.queue[q.head] }

func (q *packets) last() *packet { return &q.queue[len(q.queue)-1] }

func (q *packets) pop() packet {
	p := q.queue[q.head]
	q.head++
	if q.head == len(q.queue) {
		q.queue, q.head = q.queue[:0], 0
	}
	return p
}

// acks are the acknowledgements on their way back. They are looked at only when somebody wants to know, so a
// connection that has room causes no events by them.
type acks struct {
	queue [maxAcks]ack
	n     int
}

type ack struct {
	at   time.Duration
	upto uint64
}

// maxAcks is how many are told apart; more arrive together with the last. Picked.
const maxAcks = 8

func (a *acks) push(k ack) {
	if a.n == maxAcks {
		a.n--
	}
	a.queue[a.n] = k
	a.n++
}

// settle takes in the acknowledgements that have come.
func (s *stream) settle(now time.Duration) {
	a, came := &s.acks, 0
	for came < a.n && a.queue[came].at <= now {
		s.acked = a.queue[came].upto
		came++
	}
	if came > 0 {
		copy(a.queue[:], a.queue[came:a.n])
		a.n -= came
	}
}
