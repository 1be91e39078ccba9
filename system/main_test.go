//go:build linux

package system_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// limit bounds every wait of these tests. Picked: far beyond any of them, on a slow machine too.
const limit = 30 * time.Second

// echoServer is the path of the binary under test.
var echoServer string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "eddy-system-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := build(dir); err != nil {
		fmt.Fprintln(os.Stderr, "cannot build echo-server:", err)
		return 1
	}
	code := m.Run()
	if left, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err != unix.ECHILD {
		fmt.Fprintf(os.Stderr, "a process was left behind (wait4: %d, %v)\n", left, err)
		return 1
	}
	return code
}

func build(dir string) error {
	// Another user must be able to run it: see the test of the privileged port.
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	echoServer = filepath.Join(dir, "echo-server")
	out, err := exec.Command("go", "build", "-o", echoServer, "github.com/eddy-go/eddy/cmd/echo-server").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// systemRun reports whether this run must leave nothing out.
func systemRun() bool { return os.Getenv("EDDY_SYSTEM") == "1" }

// need returns the path of a tool.
func need(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		missing(t, tool)
	}
	return path
}

// missing ends a test that cannot run for want of something.
func missing(t *testing.T, what string) {
	t.Helper()
	if systemRun() {
		t.Fatalf("missing: %s (EDDY_SYSTEM=1 lets no test be skipped)", what)
	}
	t.Skipf("missing: %s", what)
}

// shortDir returns a new directory whose path leaves room for the name of a Unix socket: 108 bytes hold it all.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "eddy")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
