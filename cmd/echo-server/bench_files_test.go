//go:build unix

package main

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
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

// Two names of one file are found before anything is sent, too, and a file that may not be written is not replaced.
// The program that runs is one, even for root.
func TestBenchRefusesFiles(t *testing.T) {
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(dir, "program")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ hist, plot, want string }{
		{filepath.Join(dir, "a"), dir + "/./a", "name the same file"},
		{filepath.Join(dir, "a"), filepath.Join(dir, "program"), "cannot write "},
	} {
		// Nobody listens there: a run would report that.
		code, stdout, stderr := runHere("bench", "--hist", c.hist, "--plot", c.plot, "127.0.0.1:1")
		if code != exitFailed || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
		}
		wantFiles(t, dir, "program")
	}
}

// A file of the user's own that is called like an unfinished one stays as it is.
func TestBenchLeavesOtherFilesAlone(t *testing.T) {
	dir := t.TempDir()
	hist := filepath.Join(dir, "a.hgrm")
	if err := os.WriteFile(hist+".new", []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := benchHere(t, "--hist", hist); code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %q", code, stderr)
	}
	if text, err := os.ReadFile(hist + ".new"); err != nil || string(text) != "mine" {
		t.Errorf("it has %q, %v", text, err)
	}
	wantFiles(t, dir, "a.hgrm", "a.hgrm.new")
}

// What a long run has found is not lost because the report has nowhere to go.
func TestBenchWritesFilesWithoutAReport(t *testing.T) {
	h := serveHere(t, nil)
	hist := filepath.Join(t.TempDir(), "a.hgrm")
	var stderr strings.Builder
	if code := run([]string{"echo-server", "bench", "-n", "30", "--hist", hist, h.addr[0]}, fullDisk{}, &stderr); code != exitFailed {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
	if text, err := os.ReadFile(hist); err != nil || !strings.Contains(string(text), "1/(1-Percentile)") {
		t.Errorf("the file has %q, %v", text, err)
	}
}

// Nor is it lost because one of the files has nowhere to go. Of the systems, some have no device that is always full.
func TestBenchWritesWhatCanBeWritten(t *testing.T) {
	if _, err := os.Stat("/dev/full"); errors.Is(err, fs.ErrNotExist) && runtime.GOOS != "linux" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	plot := filepath.Join(t.TempDir(), "a.svg")
	code, stdout, stderr := benchHere(t, "--hist", "/dev/full", "--plot", plot)
	if code != exitFailed || !strings.Contains(stdout, "errors       none") || !strings.Contains(stderr, "cannot write /dev/full: no space left") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
	if text, err := os.ReadFile(plot); err != nil || !strings.Contains(string(text), "</svg>") {
		t.Errorf("the file has %q, %v", text, err)
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
