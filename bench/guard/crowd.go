//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// quiet returns when each thread of the server sleeps, hence when the loop is back in its wait. What comes next finds the
// server in the same state each time.
func (s *server) quiet() error { return s.allThreads("S") }

// allThreads waits until each thread is in one of these states of proc(5).
func (s *server) allThreads(states string) error {
	for giveUp := time.Now().Add(hang); ; time.Sleep(20 * time.Microsecond) {
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", s.pid))
		if err != nil {
			return err
		}
		all := len(files) > 0
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				continue // the thread has ended
			}
			behind := strings.LastIndexByte(string(text), ')') + 2 // the thread's name may hold anything
			all = all && strings.IndexByte(states, text[behind]) >= 0
		}
		if all {
			return nil
		}
		if time.Now().After(giveUp) {
			return fmt.Errorf("the server's threads are not all in state %s after %v", states, hang)
		}
	}
}

// crowdSize is how many connections have a message there at the same time. Picked: less than the loop takes from the
// kernel at once.
const crowdSize = 64

// A crowd is connections whose messages come all at once: the server is stopped (SIGSTOP) while they are sent. The stop
// ends the loop's wait, which then begins again: one wait more than without.
type crowd struct {
	server  *server
	clients []*client
}

func (s *server) gather() (*crowd, error) {
	w := &crowd{server: s}
	for range crowdSize {
		c, err := s.dial()
		if err != nil {
			return nil, err
		}
		w.clients = append(w.clients, c)
		if err := c.echo(1); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// echo has each client send one message, n times over.
func (w *crowd) echo(n int) error {
	for range n {
		if err := w.server.stopped(w.send); err != nil {
			return err
		}
		for _, c := range w.clients {
			if err := c.receive(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *crowd) send() error {
	for _, c := range w.clients {
		if _, err := c.conn.Write(c.message[:]); err != nil {
			return err
		}
	}
	return nil
}

// stopped calls fn while the server, which was waiting, does not run.
func (s *server) stopped(fn func() error) error {
	if err := s.quiet(); err != nil {
		return err
	}
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	if err := s.allThreads("T"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return s.cmd.Process.Signal(syscall.SIGCONT)
}

func (w *crowd) end() {
	for _, c := range w.clients {
		c.conn.Close()
	}
}
