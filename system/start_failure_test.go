//go:build linux

package system_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// refuses starts a server that must end by itself, with the exit code and one line in which all the parts stand.
func refuses(t *testing.T, how setup, code int, parts ...string) {
	t.Helper()
	cmd := how.command()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait() // what it says stands in the state, too
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("%v, not exit code %d", cmd.ProcessState, code)
	}
	line, rest, _ := strings.Cut(stderr.String(), "\n")
	if rest != "" || stdout.Len() > 0 {
		t.Errorf("more than one line: %q on stderr, %q on stdout", stderr.String(), stdout.String())
	}
	for _, part := range parts {
		if !strings.Contains(line, part) {
			t.Errorf("the line is %q; it does not say %q", line, part)
		}
	}
}

func TestPortInUse(t *testing.T) {
	s := start(t, setup{})
	refuses(t, setup{listen: []string{s.address()}}, 1, "cannot listen on "+s.address(), "address already in use")
	mustServe(t, s)
}

// With several addresses it is all or none.
func TestOnePortOfSeveralInUse(t *testing.T) {
	s := start(t, setup{})
	refuses(t, setup{listen: []string{"127.0.0.1:0", s.address()}}, 1, "cannot listen on "+s.address(), "address already in use")
}

// A socket file that somebody serves is refused; one that was left behind by a killed server is replaced.
func TestUnixSocketInUse(t *testing.T) {
	path := "unix:" + filepath.Join(shortDir(t), "echo.sock")
	listen := setup{listen: []string{path}}
	s := start(t, listen)
	refuses(t, listen, 1, "cannot listen on "+path, "address already in use")
	s.signal(syscall.SIGKILL)
	s.exits(-1)

	s = start(t, listen)
	if err := talk(s.address(), 1, 10, 100); err != nil {
		t.Error(err)
	}
	s.stop()
	if _, err := os.Stat(strings.TrimPrefix(path, "unix:")); !os.IsNotExist(err) {
		t.Errorf("the socket file is still there after the end (%v)", err)
	}
}

// nobody is a user who may do nothing.
const nobody = 65534

// asNobody returns the setup of a server without privileges.
func asNobody() setup {
	if os.Geteuid() != 0 {
		return setup{}
	}
	return setup{user: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

func TestPrivilegedPort(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	if err != nil {
		t.Fatal(err)
	}
	first, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	how := asNobody()
	how.listen = []string{"0.0.0.0:80"}
	// Containers are often told that no port is privileged. A network of our own has the kernel's default again.
	how.ownNetwork = first <= 80
	refuses(t, how, 1, "cannot listen on 0.0.0.0:80", "permission denied")
}

func TestUnixSocketWithoutPermission(t *testing.T) {
	dir := shortDir(t)
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	how := asNobody()
	how.listen = []string{"unix:" + filepath.Join(dir, "echo.sock")}
	refuses(t, how, 1, "cannot listen on "+how.listen[0], "permission denied")
}

func TestMalformedAddresses(t *testing.T) {
	for _, c := range []struct{ address, reason string }{
		{"", "missing port in address"},
		{"nonsense", "missing port in address"},
		{"127.0.0.1", "missing port in address"},
		{"127.0.0.1:99999", `port "99999" is not a number from 0 to 65535`},
		{"127.0.0.1:-1", `port "-1" is not a number from 0 to 65535`},
		{"127.0.0.1:http", `port "http" is not a number from 0 to 65535`},
		{"127.0.0.1: 80", `port " 80" is not a number from 0 to 65535`},
		{"300.1.1.1:80", `host "300.1.1.1" is not an IP address`},
		{"example.com:80", `host "example.com" is not an IP address`},
		{"192.0.2.1:0", "cannot assign requested address"},
		{"tcp://127.0.0.1:80", "too many colons in address"},
		{"::1:80", "too many colons in address"},
		{"[::1:80", "missing ']' in address"},
		{"unix:", "empty path"},
		{"unix:/nonexistent/echo.sock", "no such file or directory"},
		{"unix:/" + strings.Repeat("long", 50), "the path has 201 bytes, and a Unix socket's may have 107"},
	} {
		t.Run(fmt.Sprintf("%.30s", c.address), func(t *testing.T) {
			refuses(t, setup{listen: []string{c.address}}, 1, "cannot listen on "+c.address+": ", c.reason)
		})
	}
}

// Wrong usage has an exit code of its own, and says where help is.
func TestWrongUsage(t *testing.T) {
	for _, c := range []struct{ flags, says []string }{
		{[]string{"--nonsense"}, []string{"nonsense", "--help"}},
		{[]string{"--idle-timeout", "soon"}, []string{"soon", "--help"}},
		{[]string{"--idle-timeout", "-1s"}, []string{"-1s", "--help"}},
		{[]string{"--max-conns", "0"}, []string{"--max-conns 0", "--help"}},
		{[]string{"--log-level", "loud"}, []string{"loud", "--help"}},
		{[]string{"--slow-poll", "-1s"}, []string{"--slow-poll -1s is negative", "--help"}},
		{[]string{"--slow-poll", "0", "--slow-poll-trace", "/"}, []string{"--slow-poll-trace needs", "--help"}},
		{[]string{"--slow-poll-trace", "/nonexistent"}, []string{`"/nonexistent" is not a directory`, "--help"}},
		{[]string{"--unix-mode", "9"}, []string{`"9"`, "--help"}},
		{[]string{"8080"}, []string{`"8080"`, "--help"}},
	} {
		t.Run(strings.Join(c.flags, " "), func(t *testing.T) {
			refuses(t, setup{flags: c.flags}, 2, c.says...)
		})
	}
}
