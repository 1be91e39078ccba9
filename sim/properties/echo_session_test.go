package properties_test

import (
	"fmt"
	"io"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// session is a connection that a client uses as it should.
type session struct {
	*echoClient
	rt   *eddy.Runtime
	conn *conn
	buf  []byte
}

// think passes the time between two messages; now and then with work that is done elsewhere.
func (s *session) think() error {
	e := s.echo
	if e.w.Elapsed() < offloadUntil && e.rng.IntN(64) == 0 {
		_, err := eddy.Await(s.rt, eddy.Offload(s.rt, func() (struct{}, error) { return struct{}{}, nil }))
		return err
	}
	return s.rt.Sleep(e.upTo(time.Second))
}

// inPieces sends a message and reads it, one after the other: in pieces that fit the buffers on the way, because the
// server sends back before it reads more.
func (s *session) inPieces(size int) error {
	s.conn.stream.SetDeadline(s.rt.Now().Add(patience))
	for size > 0 {
		n := min(size, s.echo.window)
		if err := s.write(n); err != nil {
			return err
		}
		if err := s.read(n, len(s.buf)); err != nil {
			return err
		}
		size -= n
	}
	return nil
}

// slowly reads little at a time, and now and then.
func (s *session) slowly(size int) error {
	s.conn.stream.SetDeadline(s.rt.Now().Add(patience))
	n := min(size, s.echo.window)
	if err := s.write(n); err != nil {
		return err
	}
	for n > 0 {
		if err := s.rt.Sleep(s.echo.upTo(10 * time.Millisecond)); err != nil {
			return err
		}
		piece := min(n, 4<<10)
		if err := s.read(piece, piece); err != nil {
			return err
		}
		n -= piece
	}
	return nil
}

// inFull sends and reads at the same time, as futures.
func (s *session) inFull(size int) error {
	k := s.conn
	write := k.stream.WriteFuture(k.bytes(k.sent, size))
	defer func() { k.sent += uint64(write.Written()) }()
	both := future.Join2[int, struct{}](write, &collecting{s: s, want: k.back + uint64(size)})
	_, err := eddy.Await(s.rt, eddy.Timeout(patience, both))
	return err
}

// pipelined sends messages without waiting for any, ends its direction, and reads to the end of the stream.
func (s *session) pipelined(messages int) error {
	k := s.conn
	sizes := make([]int, messages)
	for i := range sizes {
		sizes[i] = s.echo.size()
	}
	writing := eddy.Spawn(s.rt, func() (struct{}, error) {
		for _, size := range sizes {
			if err := s.write(size); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, k.stream.CloseWrite()
	})
	err := s.rt.WithTimeout(patience, func() error {
		for {
			n, err := k.stream.Read(s.buf)
			k.gets(s.buf[:n])
			if err != nil {
				return err
			}
		}
	})
	end := k.back
	for _, size := range sizes {
		if end < uint64(size) {
			break
		}
		end -= uint64(size)
		s.left--
	}
	if err != io.EOF {
		k.stream.Close() // ends the writer
	}
	// The system tells of a reset once. If the writer heard of it, the reader was told of an end.
	if _, failed := writing.Join(); failed != nil && err == io.EOF {
		return failed
	}
	return s.ended(err)
}

// finish ends a connection on which everything has come back, in one of the ways that there are.
func (s *session) finish() error {
	k := s.conn
	switch s.echo.rng.IntN(4) {
	case 0:
		k.explained = true
		return k.stream.SetLinger(0)
	case 1:
		return nil
	}
	k.stream.SetDeadline(s.rt.Now().Add(patience))
	if err := k.stream.CloseWrite(); err != nil {
		return err
	}
	n, err := k.stream.Read(s.buf)
	k.gets(s.buf[:n])
	return s.ended(err)
}

// ended makes an error of an end that came too early, and nil of one that did not.
func (s *session) ended(err error) error {
	k := s.conn
	if err != io.EOF {
		return err
	}
	k.clientEnd = true
	if k.back != k.sent {
		return fmt.Errorf("the end came behind %d bytes of %d", k.back, k.sent)
	}
	return nil
}

func (s *session) write(n int) error {
	for n > 0 {
		piece := min(n, maxPiece)
		written, err := s.conn.stream.Write(s.conn.bytes(s.conn.sent, piece))
		s.conn.sent += uint64(written)
		if err != nil {
			return err
		}
		n -= piece
	}
	return nil
}

// read reads n bytes, at most so many at once.
func (s *session) read(n, most int) error {
	for n > 0 {
		m, err := s.conn.stream.Read(s.buf[:min(n, most)])
		s.conn.gets(s.buf[:m])
		if err != nil {
			if s.ended(err) == nil {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		n -= m
	}
	return nil
}

// collecting is the future of reading up to a position.
type collecting struct {
	s    *session
	want uint64
	read *eddy.ReadFuture
}

// Poll implements future.Future.
func (f *collecting) Poll(cx *future.Context) (struct{}, error) {
	k := f.s.conn
	for k.back < f.want {
		if f.read == nil {
			f.read = k.stream.ReadFuture(f.s.buf[:min(uint64(len(f.s.buf)), f.want-k.back)])
		}
		n, err := f.read.Poll(cx)
		if err == future.Pending {
			return struct{}{}, err
		}
		f.read = nil
		k.gets(f.s.buf[:n])
		if err != nil {
			if f.s.ended(err) == nil {
				err = io.ErrUnexpectedEOF
			}
			return struct{}{}, err
		}
	}
	return struct{}{}, nil
}

// Cancel implements future.Future.
func (f *collecting) Cancel() {
	if f.read != nil {
		f.read.Cancel()
	}
}
