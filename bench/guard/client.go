//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"time"
)

// size is how long a message is, in bytes.
const size = 512

// client is one connection, driven in lock step: the next thing is done when the answer to the last is there. What the
// server does is then the same each time, however busy the machine is.
type client struct {
	conn    *net.TCPConn
	message [size]byte
	answer  [size]byte
}

func (s *server) dial() (*client, error) {
	conn, err := net.DialTimeout("tcp", s.address, hang)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn.(*net.TCPConn)}
	if err := conn.SetDeadline(time.Now().Add(10 * hang)); err != nil { // of all that is done with it
		conn.Close()
		return nil, err
	}
	for i := range c.message {
		c.message[i] = byte(i)
	}
	return c, nil
}

// echo sends n messages, each when the one before has come back, byte by byte the same.
func (c *client) echo(n int) error {
	for range n {
		if _, err := c.conn.Write(c.message[:]); err != nil {
			return err
		}
		if err := c.receive(); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) receive() error {
	if _, err := io.ReadFull(c.conn, c.answer[:]); err != nil {
		return err
	}
	if c.answer != c.message {
		return fmt.Errorf("other bytes came back")
	}
	return nil
}

// say makes one echo of a message that begins with a word, for who reads a trace.
func (c *client) say(word string) error {
	saved := c.message
	defer func() { c.message = saved }()
	copy(c.message[:], word)
	return c.echo(1)
}

// end half-closes, and returns when the server has closed.
func (c *client) end() error {
	defer c.conn.Close()
	if err := c.conn.CloseWrite(); err != nil {
		return err
	}
	rest, err := io.ReadAll(c.conn)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes after the last echo", len(bytes.TrimSpace(rest)))
	}
	return err
}

// visits makes n connections, one after the other: connect, echo, end.
func (s *server) visits(n int) error {
	return s.visitsWith(n, func() error { return nil })
}

// quietVisits lets the server come to rest between the steps: else it may find two things at once, or one by one.
func (s *server) quietVisits(n int) error { return s.visitsWith(n, s.quiet) }

func (s *server) visitsWith(n int, between func() error) error {
	for range n {
		c, err := s.dial()
		if err != nil {
			return err
		}
		for _, step := range []func() error{between, func() error { return c.echo(1) }, between, c.end, between} {
			if err := step(); err != nil {
				return err
			}
		}
	}
	return nil
}
