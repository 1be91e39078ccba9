//go:build unix

package main

import "github.com/eddy-go/eddy/future"

// visits is how many connections a poll visits. Each does up to 3 of the 128 operations that a poll has; one more would
// have to wait for the kernel's next turn.
const visits = 40

// Poll implements future.Future.
func (s *server) Poll(cx *future.Context) (struct{}, error) {
	s.waker = cx.LocalWaker()
	for n := 0; n < visits && s.first != 0; n++ {
		key := s.first
		s.first, s.conns[key].woken = s.conns[key].next, false
		s.cx = cx.For(s, uint64(key))
		switch s.echo(key) {
		case future.Pending:
		case nil:
			s.WakeLocal(uint64(key)) // there may be more
		default:
			s.end(key) // io.EOF: the client has ended, and all that he sent went out
		}
	}
	if s.first != 0 {
		s.waker.Wake() // for another poll, behind the other tasks
	}
	return struct{}{}, future.Pending
}

// echo reads once and writes that, unless something is left to write. Where a client does not take all, the rest moves to
// memory of its own, and nothing more is read until he has it.
func (s *server) echo(key uint32) error {
	stream := s.conns[key].stream
	out, kept := s.unsent[key]
	if !kept {
		n, err := stream.PollRead(&s.cx, s.buffer[:])
		if err != nil {
			return err
		}
		out = s.buffer[:n]
	}
	for len(out) > 0 {
		n, err := stream.PollWrite(&s.cx, out)
		if err != nil {
			s.unsent[key] = append(s.unsent[key][:0], out...)
			return err
		}
		s.bytes, out = s.bytes+n, out[n:]
	}
	delete(s.unsent, key)
	return nil
}

// end closes a connection; its number is another's.
func (s *server) end(key uint32) {
	stream := s.conns[key].stream
	s.conns[key] = conn{next: s.free}
	s.free = key
	delete(s.unsent, key)
	stream.Close()
}

// Cancel implements future.Future.
func (s *server) Cancel() {
	for key := range s.conns {
		if s.conns[key].stream != nil {
			s.end(uint32(key))
		}
	}
}
