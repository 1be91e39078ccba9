//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// hang is when something that must happen is taken for something that never will. Picked: some hundred times what
// any of it takes on a busy machine, so that it is no measure of speed.
const hang = time.Minute

// server is a process of the binary under test.
type server struct {
	cmd     *exec.Cmd
	logFile string
	address string
	ended   chan struct{} // closed when the process has been reaped

	asking sync.Mutex // one request for the counters at a time
	read   int        // how much of the log the requests have read
}

// startServer starts the binary, as a descendant of the command under if there is one, and returns when it listens.
func startServer(ctx context.Context, dir, name string, under []string, flags ...string) (*server, error) {
	portFile := filepath.Join(dir, name+".port")
	args := slices.Concat(under, []string{filepath.Join(dir, "echo-server"), "run", "--listen", "127.0.0.1:0", "--port-file", portFile}, flags)
	s := &server{cmd: exec.CommandContext(ctx, args[0], args[1:]...), logFile: filepath.Join(dir, name+".log"), ended: make(chan struct{})}
	log, err := os.Create(s.logFile)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.cmd.Stderr = log
	s.cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "EDDY_") })
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true} // Ctrl-C is ours alone
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait() // what it says stands in the state, too
	}()
	err = s.until("it listens", func() bool {
		text, err := os.ReadFile(portFile)
		s.address = strings.TrimSpace(string(text))
		return err == nil
	})
	if err != nil {
		s.kill()
		return nil, err
	}
	return s, nil
}

func (s *server) pid() int { return s.cmd.Process.Pid }

// until polls for something that the server does by itself.
func (s *server) until(what string, done func() bool) error {
	giveUp := time.Now().Add(hang)
	for !done() {
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended (%v) while something waited until %s", s.cmd.ProcessState, what)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(giveUp) {
			return fmt.Errorf("not in %v: %s", hang, what)
		}
	}
	return nil
}

// counters asks the server for its counters. It gives unused memory back at the same time.
func (s *server) counters() (counters, error) {
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return nil, err
	}
	var c counters
	err := s.until("it logs its counters", func() bool {
		line, found := s.nextLine("msg=stats ")
		if found {
			c = parseCounters(line)
		}
		return found
	})
	return c, err
}

// nextLine returns the first line that was logged since the last call and holds a word.
func (s *server) nextLine(word string) (line string, found bool) {
	log, err := os.Open(s.logFile)
	if err != nil {
		return "", false
	}
	defer log.Close()
	text := make([]byte, 1<<20)
	n, _ := log.ReadAt(text, int64(s.read))
	for line := range strings.Lines(string(text[:n])) {
		if !strings.HasSuffix(line, "\n") {
			break // the server is writing it
		}
		s.read += len(line)
		if strings.Contains(line, word) {
			return line, true
		}
	}
	return "", false
}

// stop ends the server as its users do. It returns the counters of its last line.
func (s *server) stop() (counters, error) {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return nil, err
	}
	select {
	case <-s.ended:
	case <-time.After(hang):
		s.kill()
		return nil, fmt.Errorf("the server has not ended %v after SIGTERM", hang)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		return nil, fmt.Errorf("the server ended with %v, not with exit code 0", s.cmd.ProcessState)
	}
	text, err := os.ReadFile(s.logFile)
	if err != nil {
		return nil, err
	}
	return lastWords(string(text))
}

// lastWords reads the counters of the end from a log in which nothing may have gone wrong.
func lastWords(log string) (counters, error) {
	var last string
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, "level=ERROR") {
			return nil, errors.New("the server's log says: " + line)
		}
		last = line
	}
	if !strings.Contains(last, "msg=stopped ") || !strings.Contains(last, "forced=false") {
		return nil, errors.New("the server's last line is: " + last)
	}
	return parseCounters(last), nil
}

// kill ends a server that something is wrong with.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
}
