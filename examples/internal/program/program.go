// Package program builds an example and runs it as a child process, for the tests of the examples. A test talks to it
// as any client would, and ends it by its process id; the child never outlives its test.
package program

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// limit bounds every wait of a test, so that a defect fails it in place of hanging it. Picked: no healthy program
// comes near it.
const limit = 30 * time.Second

// Build compiles the program in the current directory and returns the binary's path. buildFlags may be empty.
func Build(t testing.TB, buildFlags ...string) string {
	t.Helper()
	lookAtSources(t)
	binary := filepath.Join(t.TempDir(), "program.exe")
	args := append([]string{"build", "-o", binary}, buildFlags...)
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// lookAtSources makes the result of the test depend on all sources of the module. The go command takes a test's last
// result until a file changes at which the test has looked, and what a child process reads does not count.
func lookAtSources(t testing.TB) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") || name == "go.mod" {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Tool returns the path of a program that is not ours. A test whose tool is missing is skipped, except with
// EDDY_SYSTEM=1, which lets no test be skipped.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("EDDY_SYSTEM") == "1":
		t.Fatalf("missing: %s (EDDY_SYSTEM=1 lets no test be skipped)", name)
	default:
		t.Skipf("missing: %s", name)
	}
	return path
}

// Program is a running child process.
type Program struct {
	Stdin io.WriteCloser
	cmd   *exec.Cmd
	lines *bufio.Reader // of standard output
	log   output
}

// Start runs binary with args. When the test ends the process is killed, by its id, and reaped.
func Start(t testing.TB, binary string, args ...string) *Program {
	t.Helper()
	cmd := exec.Command(binary, args...)
	p := &Program{cmd: cmd}
	cmd.Stderr = &p.log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = writer
	err = cmd.Start()
	writer.Close()
	if err != nil {
		stdout.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		stdout.Close()
		if t.Failed() {
			t.Logf("the program's standard error:\n%s", p.Log())
		}
	})
	stdout.SetReadDeadline(time.Now().Add(limit))
	p.Stdin, p.lines = stdin, bufio.NewReader(stdout)
	return p
}

// Line returns the next line of the program's standard output.
func (p *Program) Line(t testing.TB) string {
	t.Helper()
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatalf("standard output: %v after %q\n%s", err, line, p.Log())
	}
	return strings.TrimSuffix(line, "\n")
}

// Address returns the address in the line "listening on ADDRESS", with which a server begins.
func (p *Program) Address(t testing.TB) string {
	t.Helper()
	line := p.Line(t)
	address, found := strings.CutPrefix(line, "listening on ")
	if !found {
		t.Fatalf("the first line is %q, not the address", line)
	}
	return address
}

// Say writes a line to the program's standard input.
func (p *Program) Say(t testing.TB, line string) {
	t.Helper()
	if _, err := io.WriteString(p.Stdin, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

// Rest returns what is left of the program's standard output when it has ended.
func (p *Program) Rest(t testing.TB) string {
	t.Helper()
	rest, err := io.ReadAll(p.lines)
	if err != nil {
		t.Fatalf("standard output: %v after %q\n%s", err, rest, p.Log())
	}
	return string(rest)
}

// Signal sends a signal to the program.
func (p *Program) Signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// ExitCode waits until the program has ended, and returns its exit code, -1 if a signal has ended it.
func (p *Program) ExitCode(t testing.TB) int {
	t.Helper()
	late := time.AfterFunc(limit, func() { p.cmd.Process.Kill() })
	defer late.Stop()
	p.cmd.Wait() // what it says stands in the state, too
	return p.cmd.ProcessState.ExitCode()
}

// Log returns what the program has written to standard error so far.
func (p *Program) Log() string { return p.log.String() }

// AwaitLog waits until the program has written text to standard error.
func (p *Program) AwaitLog(t testing.TB, text string) {
	t.Helper()
	for end := time.Now().Add(limit); !strings.Contains(p.Log(), text); {
		if time.Now().After(end) {
			t.Fatalf("the log lacks %q", text)
		}
		time.Sleep(time.Millisecond) // between two looks
	}
}

// A Client is a connection to a program.
type Client struct{ net.Conn }

// Dial connects to address. While nobody listens there it tries again: a program that says nothing when it is ready
// cannot be waited for in another way.
func Dial(t testing.TB, address string) Client {
	t.Helper()
	for end := time.Now().Add(limit); ; {
		conn, err := net.DialTimeout("tcp", address, limit)
		if err == nil {
			t.Cleanup(func() { conn.Close() })
			conn.SetDeadline(time.Now().Add(limit))
			return Client{conn}
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond) // between two attempts
	}
}

// Echo sends text and waits until it has come back.
func (c Client) Echo(t testing.TB, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	c.Expect(t, text)
}

// Expect reads as many bytes as text has, and fails the test if they are others.
func (c Client) Expect(t testing.TB, text string) {
	t.Helper()
	got := make([]byte, len(text))
	if n, err := io.ReadFull(c, got); err != nil || string(got) != text {
		t.Fatalf("read %q, %v; want %q", got[:n], err, text)
	}
}

// ExpectEnd waits until the server has ended its direction, and fails the test if bytes come before that.
func (c Client) ExpectEnd(t testing.TB) {
	t.Helper()
	rest, err := io.ReadAll(c)
	if err != nil || len(rest) > 0 {
		t.Fatalf("read %q, %v; want the end of the stream", rest, err)
	}
}

// ExpectNothing fails the test if the server has sent something. It looks for a short time only: it can miss a byte
// that comes late, but it never fails a program that is right.
func (c Client) ExpectNothing(t testing.TB) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("read %d bytes, %v; want none", n, err)
	}
	c.SetReadDeadline(time.Now().Add(limit))
}

// output collects what a child writes while the test reads it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
