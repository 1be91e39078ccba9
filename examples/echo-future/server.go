//go:build unix

package main

import (
	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// server is the future of all connections. It does what a join does with its children: it is the target of their wakers,
// with a number as the key, and a poll visits those that were woken and no others.
type server struct {
	waker       future.LocalWaker // of the latest poll
	cx          future.Context    // of the visit in progress
	conns       []conn            // by number; 0 is nobody's
	free        uint32            // the first number to give away, or 0
	first, last uint32            // of those that were woken, or 0
	buffer      [64 << 10]byte    // of whoever is visited
	unsent      map[uint32][]byte // what a few clients have not taken yet
	bytes       int               // echoed
	accepts     int
}

// conn is all that the server has of a connection.
type conn struct {
	stream *eddy.TCPStream
	next   uint32 // of those that were woken, or of the numbers to give away
	woken  bool
}

func newServer() *server { return &server{conns: make([]conn, 1), unsent: map[uint32][]byte{}} }

// serve returns when the listener has ended.
func (s *server) serve(rt *eddy.Runtime, listener *eddy.TCPListener) error {
	defer eddy.SpawnFuture(rt, s).Cancel()
	for {
		stream, err := listener.AcceptTCP()
		if err != nil {
			return err
		}
		s.accepts++
		key := s.free
		if key == 0 {
			key = uint32(len(s.conns))
			s.conns = append(s.conns, conn{})
		}
		s.free = s.conns[key].next
		s.conns[key] = conn{stream: stream}
		s.WakeLocal(uint64(key))
	}
}

// WakeLocal implements future.Target: it only enqueues. One that comes too late finds nobody, or who has the number now.
func (s *server) WakeLocal(key uint64) {
	c := &s.conns[key]
	if c.stream == nil || c.woken {
		return
	}
	c.woken, c.next = true, 0
	if s.first == 0 {
		s.first = uint32(key)
	} else {
		s.conns[s.last].next = uint32(key)
	}
	s.last = uint32(key)
	s.waker.Wake()
}

// Wake is never used: streams wake on the loop.
func (s *server) Wake(key uint64) { s.WakeLocal(key) }

// String says what the future waits for, in task dumps.
func (s *server) String() string { return "all clients" }
