//go:build linux

package system_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// setup says how a server is started. Its zero value is a server on a free port of 127.0.0.1.
type setup struct {
	listen     []string // instead of 127.0.0.1:0
	flags      []string // of `run`
	under      []string // a command that the server's is appended to, and that becomes the server
	env        []string
	user       *syscall.Credential
	ownNetwork bool     // a network namespace where nothing is set up
	stderr     *os.File // instead of a file that the test reads
}

// command returns the command line of `run`.
func (s setup) command() *exec.Cmd {
	if s.listen == nil {
		s.listen = []string{"127.0.0.1:0"}
	}
	args := append(slices.Clone(s.under), echoServer, "run")
	for _, address := range s.listen {
		args = append(args, "--listen", address)
	}
	args = append(args, s.flags...)
	cmd := exec.Command(args[0], args[1:]...)
	// A variable of whoever runs the tests must not become a flag of the server.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "EDDY_") })
	cmd.Env = append(cmd.Env, s.env...)
	// A test binary that is killed takes its servers along.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Credential: s.user}
	if s.ownNetwork {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNET
	}
	return cmd
}

// server is a process of the binary under test.
type server struct {
	t         *testing.T
	pid       int
	addresses []string // what it listens on, as the port file says

	process *os.Process
	logFile string
	ended   chan struct{} // closed when the process has been reaped; then state holds
	state   *os.ProcessState
	stopped bool // the test has seen to its end
}

// start starts a server and returns when it listens. When the test ends the server is stopped, and must exit with 0.
func start(t *testing.T, how setup) *server {
	t.Helper()
	dir := t.TempDir()
	portFile := filepath.Join(dir, "ports")
	how.flags = append(slices.Clone(how.flags), "--port-file", portFile)
	cmd := how.command()
	s := &server{t: t, logFile: filepath.Join(dir, "log"), ended: make(chan struct{})}
	log, err := os.Create(s.logFile)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = log
	if how.stderr != nil {
		cmd.Stderr = how.stderr
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.process, s.pid = cmd.Process, cmd.Process.Pid
	go func() {
		defer close(s.ended)
		_ = cmd.Wait() // what it says stands in the state, too
		s.state = cmd.ProcessState
	}()
	t.Cleanup(s.cleanUp)
	s.until("it listens", func() bool {
		lines, err := os.ReadFile(portFile)
		s.addresses = strings.Fields(string(lines))
		return err == nil
	})
	return s
}

// address returns the address of a server that listens on one.
func (s *server) address() string { return s.addresses[0] }

// port returns its port.
func (s *server) port() string { return s.address()[strings.LastIndexByte(s.address(), ':')+1:] }

// signal sends a signal to the process.
func (s *server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.process.Signal(sig); err != nil {
		s.t.Fatalf("%v: %v", sig, err)
	}
}

// freeze stops the process until it gets SIGCONT: what its clients do meanwhile waits in the kernel.
func (s *server) freeze() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
	s.until("it stands still", func() bool { return s.status("State")[0] == "T" })
}

// stop ends the server as its users do.
func (s *server) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	s.exits(0)
}

// exits waits for the end of the process and checks its exit code.
func (s *server) exits(code int) {
	s.t.Helper()
	s.stopped = true
	select {
	case <-s.ended:
	case <-time.After(limit):
		s.t.Errorf("the server has not ended in %v", limit)
		return
	}
	if got := s.state.ExitCode(); got != code {
		s.t.Errorf("the server ended with %v, not with exit code %d", s.state, code)
	}
}

// cleanUp leaves no process behind.
func (s *server) cleanUp() {
	if !s.stopped {
		if err := s.process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			s.t.Error(err)
		}
		s.exits(0)
	}
	_ = s.process.Kill()
	<-s.ended
	if s.t.Failed() {
		s.t.Logf("the server's log:\n%s", s.log())
	}
}

// until polls for something that the server does by itself.
func (s *server) until(what string, done func() bool) {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	giveUp := time.After(limit)
	for !done() {
		select {
		case <-tick.C:
		case <-s.ended:
			s.stopped = true
			s.t.Fatalf("the server ended (%v) while the test waited until %s", s.state, what)
		case <-giveUp:
			s.t.Fatalf("not in %v: %s", limit, what)
		}
	}
}
