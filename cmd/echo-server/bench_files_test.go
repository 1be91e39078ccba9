//go:build unix

package main

import (
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// benchHere runs `bench` inside the test against a server inside the test.
func benchHere(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	h := serveHere(t, nil)
	return runHere(append(append([]string{"bench", "-c", "3", "-n", "30"}, args...), h.addr[0])...)
}

func TestBenchWritesFiles(t *testing.T) {
	dir := t.TempDir()
	hist, plot := filepath.Join(dir, "a.hgrm"), filepath.Join(dir, "a.svg")
	if err := os.WriteFile(filepath.Join(dir, "old.svg"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("old.svg", plot); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := benchHere(t, "--hist", hist, "--plot", plot); code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %q", code, stderr)
	}
	for file, want := range map[string]string{hist: "1/(1-Percentile)", plot: "</svg>", filepath.Join(dir, "old.svg"): "</svg>"} {
		if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, %q", file, err, text)
		}
	}
	if info, err := os.Lstat(plot); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	wantFiles(t, dir, "a.hgrm", "a.svg", "old.svg")
}

// A pipe or a device is written to, not replaced.
func TestBenchWritesToAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if code, _, stderr := benchHere(t, "--hist", path); code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %q", code, stderr)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != fs.ModeNamedPipe {
		t.Fatalf("the pipe was replaced: %v, %v", info, err)
	}
	head := make([]byte, 6)
	if _, err := io.ReadFull(pipe, head); err != nil || string(head) != " Value" {
		t.Errorf("it got %q, %v", head, err)
	}
}

// A file that cannot be written is found before anything is sent, and leaves nothing of the other one behind.
func TestBenchChecksFilesFirst(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir()
	for bad, reason := range map[string]string{filepath.Join(dir, "missing", "a.svg"): "no such file", dir: "directory"} {
		// The server answers nobody: a run would not end.
		code, stdout, stderr := runHere("bench", "--hist", filepath.Join(dir, "a.hgrm"), "--plot", bad, "--timeout", "1h", l.Addr().String())
		if code != exitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, bad) || !strings.Contains(stderr, reason) {
			t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
		}
		wantFiles(t, dir)
	}
}

func wantFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("there is %q, want %q", got, names)
	}
}
