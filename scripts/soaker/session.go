//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// actor plays clients of one round, one after another. It belongs to one goroutine.
type actor struct {
	ctx     context.Context
	address string
	rng     *rand.Rand
	ledger  *ledger
	most    int           // the size of the largest message
	places  int           // how many clients the server takes in at once
	idle    time.Duration // the server's idle timeout; 0: none
}

// another is an actor for another goroutine.
func (a *actor) another() *actor {
	b := *a
	b.rng = rand.New(rand.NewPCG(a.rng.Uint64(), a.rng.Uint64()))
	return &b
}

// size draws the size of a message: each order of magnitude is as likely as any other.
func (a *actor) size() int64 { return int64(math.Pow(float64(a.most), a.rng.Float64())) }

// moment draws a time that something is held up for.
func (a *actor) moment() time.Duration {
	return 100*time.Millisecond + time.Duration(a.rng.Int64N(int64(900*time.Millisecond)))
}

// pause waits, unless everything ends.
func (a *actor) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-a.ctx.Done():
	}
}

// connections numbers the connections of all rounds.
var connections atomic.Uint64

// session is one connection of one of our clients: package net is on this side, not eddy. One goroutine may send
// while another receives.
type session struct {
	*actor
	conn *net.TCPConn
	verifier
	sent     int64
	received int64
	chunks   *rand.Rand // of the goroutine that sends
}

// connect makes a connection, has act use it, closes it, and enters what is known of it into the ledger. act returns
// how the connection has ended.
func (a *actor) connect(kind string, act func(*session) (ending, error)) {
	e := entry{kind: kind, connections: exactly(1)}
	conn, err := (&net.Dialer{Timeout: hang}).DialContext(a.ctx, "tcp", a.address)
	if err != nil {
		if a.ctx.Err() == nil {
			a.ledger.enter(entry{kind: kind, connections: span{0, 1}, ending: broken, violation: err.Error()})
		}
		return
	}
	s := &session{actor: a, conn: conn.(*net.TCPConn), chunks: a.another().rng}
	s.connection = connections.Add(1)
	_ = conn.SetDeadline(time.Now().Add(hang))
	interrupt := context.AfterFunc(a.ctx, func() { conn.Close() })
	e.ending, err = act(s)
	interrupt()
	conn.Close()
	if a.ctx.Err() != nil {
		return
	}
	if err != nil {
		e.ending, e.violation = judge(err)
		if e.violation != "" {
			e.violation = fmt.Sprintf("connection %d from %v, %d bytes sent, %d received: %s", s.connection, conn.LocalAddr(), s.sent, s.received, e.violation)
		}
	}
	e.sent, e.received = s.sent, s.received
	a.ledger.enter(e)
}

// judge tells what may happen to a client, if there is an explanation, from what may never happen.
func judge(err error) (ending, string) {
	var wrong *wrongBytes
	switch {
	case errors.As(err, &wrong):
		return broken, wrong.Error()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return broken, fmt.Sprintf("nothing more in %v: %v", hang, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return cut, ""
	}
	return broken, err.Error()
}

// isReset reports whether an error is what a client gets to see of a connection that its peer has reset.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// send sends the next n bytes, in pieces.
func (s *session) send(n int64) error { return s.sendPieces(n, 64<<10) }

func (s *session) sendPieces(n int64, most int) error {
	buf := make([]byte, min(n, int64(most)))
	for n > 0 {
		p := buf[:min(n, 1+s.chunks.Int64N(int64(len(buf))))]
		fill(p, s.connection, s.sent)
		written, err := s.conn.Write(p)
		s.sent += int64(written)
		n -= int64(written)
		if err != nil {
			return err
		}
	}
	return nil
}

// receive reads the next n bytes and verifies them.
func (s *session) receive(n int64) error {
	buf := make([]byte, min(n, 1+s.rng.Int64N(64<<10)))
	for n > 0 {
		read, err := s.readSome(buf[:min(n, int64(len(buf)))])
		n -= int64(read)
		var wrong *wrongBytes
		if err != nil && (n > 0 || errors.As(err, &wrong)) {
			return err
		}
	}
	return nil
}

// readSome makes one read and verifies what it brings.
func (s *session) readSome(p []byte) (int, error) {
	n, err := s.conn.Read(p)
	if wrong := s.check(p[:n]); wrong != nil {
		return n, wrong
	}
	s.received += int64(n)
	_ = s.conn.SetDeadline(time.Now().Add(hang)) // something moves: it may take its time
	return n, err
}

// receiveEnd reads the end of the stream.
func (s *session) receiveEnd() error {
	n, err := s.conn.Read(make([]byte, 2*wordSize))
	switch {
	case n > 0:
		return &wrongBytes{fmt.Sprintf("connection %d got %d bytes after all of its own", s.connection, n)}
	case err == io.EOF:
		return nil
	}
	return err
}

// atOnce sends and receives at the same time.
func (s *session) atOnce(send, receive func() error) error {
	sent := make(chan error, 1)
	go func() { sent <- send() }()
	err := receive()
	if err != nil {
		s.conn.Close() // or send might wait for ever
	}
	return errors.Join(err, <-sent)
}
