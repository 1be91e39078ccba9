//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestFailedStartExits1WithOneLine(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	dir := t.TempDir()
	live, err := net.Listen("unix", filepath.Join(dir, "live"))
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	tooLong := dir + "/"
	tooLong += strings.Repeat("x", maxUnixPath+1-len(tooLong))
	for _, c := range []struct{ address, want string }{
		{busy.Addr().String(), "address already in use"},
		{"127.0.0.1", "missing port"},
		{"127.0.0.1:", "missing port"},
		{"127.0.0.1:65536", "65536"},
		{"127.0.0.1:http", "http"},
		{"[::1:80", "missing"},
		{"300.0.0.1:80", "300.0.0.1"},
		{"192.0.2.1:80", "cannot assign requested address"},
		{"unix:", "empty path"},
		{"unix:" + filepath.Join(dir, "nowhere", "echo"), "no such file or directory"},
		{"unix:" + live.Addr().String(), "address already in use"},
		{"unix:" + plain, "is not a socket"},
		{"unix:" + dir, "is not a socket"},
		{"unix:" + tooLong, fmt.Sprintf("the path has %d bytes, and a Unix socket's may have %d", maxUnixPath+1, maxUnixPath)},
	} {
		t.Run(c.address, func(t *testing.T) {
			code, stderr := failing(t, command("run", "--listen", c.address))
			if code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			if !strings.HasPrefix(stderr, "echo-server: cannot listen on "+c.address+": ") || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("stderr got %q", stderr)
			}
		})
	}
	if text, err := os.ReadFile(plain); err != nil || string(text) != "precious" {
		t.Errorf("the file that is no socket: %q, %v", text, err)
	}
	code, stderr := failing(t, command("run", "--port-file", filepath.Join(dir, "nowhere", "ports")))
	if code != exitFailed || !strings.Contains(stderr, "nowhere/ports: no such file or directory\n") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("port file: exit code %d, %q", code, stderr)
	}
}

// A pair that is no good ends the start before anything is listened on, with one line that names both files.
func TestStartWithBadPair(t *testing.T) {
	files, other := newPairFiles(t), newPairFiles(t)
	files.write(t, 1, tomorrow())
	other.write(t, 2, tomorrow())
	code, stderr := failing(t, command("run", "--tls-cert", files.cert, "--tls-key", other.key))
	if code != exitFailed || !strings.Contains(stderr, files.cert) || !strings.Contains(stderr, other.key) || !strings.Contains(stderr, "does not match") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestPrivilegedPort(t *testing.T) {
	if first, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start"); err != nil || strings.TrimSpace(string(first)) == "0" || os.Getuid() != 0 {
		t.Skip("needs root, on a system with privileged ports")
	}
	// The test binary lies where others may not look.
	binary := filepath.Join(t.TempDir(), "echo-server")
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(binary, text, 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, mode := range map[string]os.FileMode{filepath.Dir(binary): 0o777, filepath.Dir(filepath.Dir(binary)): 0o755} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd := command("run", "--listen", "127.0.0.1:81")
	cmd.Path, cmd.Dir = binary, "/"
	cmd.Env = append(cmd.Env, "GOCOVERDIR="+filepath.Dir(binary)) // where -cover lets it write
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	code, stderr := failing(t, cmd)
	if want := "echo-server: cannot listen on 127.0.0.1:81: permission denied\n"; code != exitFailed || stderr != want {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestUnixSocketFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "echo")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()
	p := start(t, "--listen", unixPrefix+path, "--unix-mode", "0601", "--listen", "127.0.0.1:0")
	if len(p.addr) != 2 || p.addr[0] != unixPrefix+path || strings.HasSuffix(p.addr[1], ":0") {
		t.Errorf("the port file says %q", p.addr)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o601 {
		t.Errorf("the socket's file: %v, %v", info, err)
	}
	for _, address := range p.addr {
		echo(t, dial(t, address), "hello")
	}
	p.signal(t, syscall.SIGINT)
	p.wantExit(t, 0)
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket's file is left: %v", err)
	}
}

func TestFirstAndLastLine(t *testing.T) {
	p := start(t)
	echo(t, dial(t, p.addr[0]), "hello")
	p.signal(t, syscall.SIGTERM)
	p.wantExit(t, 0)
	last := p.last(t)
	first := p.lines[0]
	if first["msg"] != "listening" || first["listen"] != p.addr[0] || first["kernel"] == "" || first["pid"] != float64(p.cmd.Process.Pid) {
		t.Errorf("the first line is %v", first)
	}
	// bench/suite reads these.
	for field, want := range map[string]float64{
		"connections": 1, "clients": 0, "bytes_in": 5, "bytes_out": 5, "left": 1, "failed": 0, "timeouts": 0, "receives": 1, "sends": 1, "registers": 2, "log_lines_dropped": 0,
	} {
		if got, ok := last[field].(float64); !ok || got != want {
			t.Errorf("%s is %v, want %v", field, last[field], want)
		}
	}
	for _, field := range []string{
		"turns", "polls", "wakes", "waits", "blocks", "deregisters", "accepts", "closes", "accept_backoffs", "panics", "rejected_events",
	} {
		if _, ok := last[field].(float64); !ok {
			t.Errorf("%s is %v", field, last[field])
		}
	}
}

func TestUsageErrorsOfTheProcess(t *testing.T) {
	if code, stderr := failing(t, command("run", "--max-conns", "0")); code != exitUsage || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// F7: at the limit of descriptors, hard limit too, the server lives, serves whom it has, says that it lacks something,
// and recovers when descriptors return. The start has warned.
func TestLimitOfDescriptors(t *testing.T) {
	const limit, leaving = 40, 55 // those who stay fit in
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := command()
	cmd.Args = []string{"sh", "-c", `ulimit -n ` + strconv.Itoa(limit) + ` && exec "$0" "$@"`, os.Args[0], "run", "--log-format", "json", "--idle-timeout", "0", "--listen", "127.0.0.1:0"}
	cmd.Path = "/bin/sh"
	p := &process{cmd: cmd}
	p.begin(t, w)
	go p.read(r)
	address := p.awaitLine(t, "listening", 1)["listen"].(string)
	if warned := p.awaitLine(t, "the limit of open files", 1); warned["limit"] != float64(limit) {
		t.Errorf("the warning is %v", warned)
	}
	var clients []net.Conn
	for range 2 * limit {
		clients = append(clients, dial(t, address))
	}
	p.awaitLine(t, "accept pauses", 1)
	echo(t, clients[0], "served")
	for _, c := range clients[:leaving] {
		c.Close()
	}
	for _, c := range clients[leaving:] {
		echo(t, c, "served now")
	}
	p.signal(t, syscall.SIGTERM)
	for _, c := range clients[leaving:] {
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Fatalf("got %v", err)
		}
		c.Close()
	}
	p.wantExit(t, 0)
	if backoffs := p.last(t)["accept_backoffs"].(float64); backoffs == 0 {
		t.Error("no back-off was counted")
	}
}
