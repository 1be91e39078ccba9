//go:build linux

package main

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// Clients that are no good. What little they read must be theirs, and nobody else may notice them.

// neverRead sends until nothing goes any more (F19), and leaves with all of its echo unread. Where there is an idle
// timeout it may wait to be dropped (F18).
func neverRead(s *session) (ending, error) {
	untilBlocked := s.moment()
	for {
		_ = s.conn.SetWriteDeadline(time.Now().Add(untilBlocked))
		err := s.send(1 << 20)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && s.idle > 0:
			return s.awaitDrop()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return ownEnd, nil
		case err != nil:
			return "", err
		}
	}
}

// awaitDrop goes on trying to send until the server has ended the connection.
func (s *session) awaitDrop() (ending, error) {
	_ = s.conn.SetWriteDeadline(time.Now().Add(hang))
	for {
		err := s.send(1 << 20)
		switch {
		case err != nil && isReset(err):
			return dropped, nil
		case err != nil:
			return "", err
		}
	}
}

// leaveUnread closes with half of its echo unread, which resets the connection.
func leaveUnread(s *session) (ending, error) {
	n, sent := 2+s.size(), make(chan struct{})
	go func() {
		defer close(sent)
		_ = s.send(n) // our own close may end it
	}()
	err := s.receive(n / 2)
	s.conn.Close()
	<-sent
	return ownEnd, err
}

// vanish resets its connection: at once, behind bytes, or behind its end.
func vanish(s *session) (ending, error) {
	_ = s.conn.SetLinger(0)
	if s.rng.IntN(3) == 0 {
		return ownEnd, nil
	}
	if err := s.send(min(s.size(), 16<<10)); err != nil { // the buffers on the way hold it
		return "", err
	}
	if s.rng.IntN(2) == 0 {
		return ownEnd, s.conn.CloseWrite()
	}
	return ownEnd, nil
}

// silent says nothing at all, or nothing more.
func silent(s *session) (ending, error) {
	if s.rng.IntN(2) == 0 {
		if err := s.send(10); err != nil {
			return "", err
		}
		if err := s.receive(10); err != nil {
			return "", err
		}
	}
	if s.idle == 0 {
		s.pause(s.moment())
		return ownEnd, nil
	}
	if err := s.receiveEnd(); err != nil && !isReset(err) {
		return "", err
	}
	return dropped, nil
}

// flood sends what it can, reads what comes without a look at it, and resets in the middle of it.
func flood(s *session) (ending, error) {
	n := s.rng.Int64N(16 * int64(s.most))
	_ = s.conn.SetLinger(0)
	garbage := make([]byte, 64<<10)
	for i := range garbage {
		garbage[i] = byte(s.rng.Uint32())
	}
	read := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, s.conn) // until our own reset ends it
		read <- n
	}()
	var err error
	for s.sent < n && err == nil {
		var written int
		written, err = s.conn.Write(garbage[:min(n-s.sent, int64(len(garbage)))])
		s.sent += int64(written)
	}
	s.conn.Close()
	s.received = <-read
	return ownEnd, err
}

// storm is a crowd that connects at once, more than the server takes in: those beyond wait outside until others leave.
func storm(a *actor) {
	var crowd sync.WaitGroup
	for range a.places + a.places/4 {
		b := a.another()
		crowd.Go(func() {
			b.connect("storm", func(s *session) (ending, error) {
				n := 1 + s.rng.Int64N(1000)
				if err := s.send(n); err != nil {
					return "", err
				}
				if err := s.receive(n); err != nil {
					return "", err
				}
				s.pause(time.Duration(s.rng.Int64N(int64(50 * time.Millisecond))))
				return complete, nil
			})
		})
	}
	crowd.Wait()
}
