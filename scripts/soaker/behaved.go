//go:build linux

package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// Clients to whom everything that they send must come back.

// talk sends messages, each after the echo of the one before.
func talk(s *session) (ending, error) {
	for range 1 + s.rng.IntN(10) {
		n := s.size()
		if err := s.atOnce(func() error { return s.send(n) }, func() error { return s.receive(n) }); err != nil {
			return "", err
		}
	}
	return complete, nil
}

// pipeline sends without waiting, a few bytes or many at a time.
func pipeline(s *session) (ending, error) {
	n, most := 4*s.size(), 1+s.rng.IntN(16<<10)
	n = min(n, 2000*int64(most)) // as many calls as a second has room for
	return complete, s.atOnce(func() error { return s.sendPieces(n, most) }, func() error { return s.receive(n) })
}

// halfClose ends its direction and drains the rest (F10).
func halfClose(s *session) (ending, error) {
	n := s.size()
	return complete, s.untilEnd(n, func() error { return s.receive(n) })
}

// untilEnd sends n bytes and the end, while receive takes in the bytes, and reads the end.
func (s *session) untilEnd(n int64, receive func() error) error {
	err := s.atOnce(func() error {
		if err := s.send(n); err != nil {
			return err
		}
		return s.conn.CloseWrite()
	}, receive)
	if err != nil {
		return err
	}
	return s.receiveEnd()
}

// sayNothing ends its direction at once.
func sayNothing(s *session) (ending, error) {
	return complete, s.untilEnd(0, func() error { return nil })
}

// bytewise sends one byte at a time.
func bytewise(s *session) (ending, error) {
	n := 1 + s.rng.Int64N(300)
	if s.rng.IntN(2) == 0 {
		return complete, s.atOnce(func() error { return s.sendPieces(n, 1) }, func() error { return s.receive(n) })
	}
	for range n {
		if err := s.send(1); err != nil {
			return "", err
		}
		if err := s.receive(1); err != nil {
			return "", err
		}
	}
	return complete, nil
}

// readSlowly lets the server's writes block (F19).
func readSlowly(s *session) (ending, error) {
	n, done := 4*s.size(), time.Now().Add(s.moment())
	if s.rng.IntN(2) == 0 {
		_ = s.conn.SetReadBuffer(4 << 10) // a window below one segment: TCP itself waits, some 40 KB go in a second
		n = min(n, 64<<10)
	}
	return complete, s.untilEnd(n, func() error {
		// Little by little for a moment, then all the rest.
		for s.received < n && time.Now().Before(done) {
			if err := s.receive(min(n-s.received, 1+s.rng.Int64N(8<<10))); err != nil {
				return err
			}
			s.pause(time.Duration(s.rng.Int64N(int64(10 * time.Millisecond))))
		}
		return s.receive(n - s.received)
	})
}

// urgent sends a byte of urgent data in the middle of each message. It is no part of the stream, and stops the
// server's reads there (F31). One at a time: a second urgent byte would turn the first into an ordinary one.
func urgent(s *session) (ending, error) {
	for range 1 + s.rng.IntN(20) {
		before, behind := 1+s.rng.Int64N(5000), 1+s.rng.Int64N(5000)
		if err := s.send(before); err != nil {
			return "", err
		}
		if err := s.sendUrgent(); err != nil {
			return "", err
		}
		if err := s.send(behind); err != nil {
			return "", err
		}
		if err := s.receive(before + behind); err != nil {
			return "", err
		}
	}
	return complete, nil
}

func (s *session) sendUrgent() error {
	raw, err := s.conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		failed = unix.Send(int(fd), []byte{'!'}, unix.MSG_OOB|unix.MSG_NOSIGNAL)
		return failed != unix.EAGAIN
	})
	if err != nil {
		return err
	}
	return failed
}
