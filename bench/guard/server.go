//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// hang is when something that must happen is taken for something that never will. Picked: a hundred times what any of
// it takes on a busy machine, so that it is no measure of speed.
const hang = 30 * time.Second

// program is a server that is measured.
type program struct {
	name  string   // begins the names of its quantities
	pkg   string   // its directory in the tree
	args  []string // {address} or {port} stands for what to listen on
	stats bool     // answers SIGUSR1 with its own counters, in JSON, on stderr

	binary string // once it is built
}

// server is a running process of a program.
type server struct {
	cmd     *exec.Cmd
	pid     int // of the program itself, not of what it runs under
	address string
	in      io.WriteCloser
	out     *bufio.Reader
	log     *bufio.Reader // nil unless the program has stats
	ended   chan struct{} // closed when the process has been reaped
}

// start runs a program, as a descendant of the command under if there is one. The server has made one echo when start
// returns: what happens once only is over.
//
// Two processors whatever the machine has, as many as the smallest one that this is meant for. With one of them Go would
// take the loop's away at each wait, by the clock. Without asynchronous preemption Go sends itself no signals, by the
// clock either. No collection but those asked for.
func (p *program) start(dir string, under ...string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(address, ":")
	args := slices.Concat(under, []string{p.binary}, p.args)
	for i := range args {
		args[i] = strings.NewReplacer("{address}", address, "{port}", port).Replace(args[i])
	}
	s := &server{cmd: exec.Command(args[0], args[1:]...), address: address, ended: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), "GOMAXPROCS=2", "GOGC=off", "GODEBUG=asyncpreemptoff=1")
	s.cmd.Env = slices.DeleteFunc(s.cmd.Env, func(v string) bool { return strings.HasPrefix(v, "EDDY_") })
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	if p.stats {
		log, err := s.cmd.StderrPipe()
		if err != nil {
			return nil, err
		}
		s.log = bufio.NewReader(log)
	} else {
		log, err := os.Create(filepath.Join(dir, p.name+".log"))
		if err != nil {
			return nil, err
		}
		defer log.Close()
		s.cmd.Stderr = log
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait() // what it says stands in the state, too
	}()
	err = s.firstEcho()
	if err == nil {
		s.pid, err = programUnder(s.cmd.Process.Pid)
	}
	if err != nil {
		s.kill()
		said, _ := os.ReadFile(filepath.Join(dir, p.name+".log"))
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, said)
	}
	return s, nil
}

// programUnder returns the child of a process, as strace has one, or the process itself if it has none: valgrind becomes
// what it runs.
func programUnder(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	if children := strings.Fields(string(text)); len(children) > 0 {
		return strconv.Atoi(children[0])
	}
	return pid, err
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (s *server) firstEcho() error {
	for giveUp := time.Now().Add(hang); ; {
		c, err := s.dial()
		if err == nil {
			return errors.Join(c.echo(1), c.end())
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || time.Now().After(giveUp) {
			return err
		}
		select {
		case <-s.ended:
			return fmt.Errorf("it ended before it listened: %v", s.cmd.ProcessState)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// memory is what the server's Go runtime has counted.
type memory struct {
	mallocs   float64 // objects allocated so far
	allocated float64 // their bytes
	heap      float64 // bytes of objects now
	stacks    float64 // bytes of stacks now
	resident  float64 // anonymous bytes of the process now
}

// ask asks the probe. With collect unused memory is given back first.
func (s *server) ask(collect bool) (m memory, err error) {
	line := "count\n"
	if collect {
		line = "collect\n"
	}
	if _, err := io.WriteString(s.in, line); err != nil {
		return m, err
	}
	for {
		answer, err := s.out.ReadString('\n')
		if err != nil {
			return m, fmt.Errorf("the probe does not answer: %w", err)
		}
		_, err = fmt.Sscanf(answer, "guard: %g %g %g %g", &m.mallocs, &m.allocated, &m.heap, &m.stacks)
		if err == nil { // else it is the program's own line
			break
		}
	}
	m.resident, err = s.statusKiB("RssAnon")
	return m, err
}

// statusKiB returns a size from /proc/PID/status, in bytes.
func (s *server) statusKiB(field string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), field+":")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0, fmt.Errorf("/proc/PID/status, %s: %w", field, err)
	}
	return kib * 1024, nil
}

// counters asks the program itself for what it has counted.
func (s *server) counters() (map[string]float64, error) {
	if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return nil, err
	}
	for {
		line, err := s.log.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("the server does not report: %w", err)
		}
		var fields map[string]any
		if json.Unmarshal(line, &fields) != nil || fields["msg"] != "stats" {
			continue
		}
		counted := make(map[string]float64)
		for name, value := range fields {
			if number, ok := value.(float64); ok {
				counted[name] = number
			}
		}
		return counted, nil
	}
}

// stop ends the server by the end of its stdin.
func (s *server) stop() error {
	s.in.Close()
	select {
	case <-s.ended:
	case <-time.After(hang):
		return fmt.Errorf("the server does not end")
	}
	if !s.cmd.ProcessState.Success() {
		return fmt.Errorf("the server has ended with %v", s.cmd.ProcessState)
	}
	return nil
}

// kill ends the server whatever its state. It may have ended already. What runs under strace ends by its stdin.
func (s *server) kill() {
	s.in.Close()
	_ = s.cmd.Process.Kill()
	<-s.ended
}
