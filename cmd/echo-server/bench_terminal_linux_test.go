package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal makes a pseudo-terminal of so many columns, and returns both of its ends.
func openTerminal(t *testing.T, columns uint16) (far, near *os.File) {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { far.Close() })
	number, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(far.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
	near, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { near.Close() })
	return far, near
}

// On a terminal there is a line that is rewritten, never reaches the last column, and is gone at the end.
func TestBenchShowsProgressOnATerminal(t *testing.T) {
	const columns = 40
	far, near := openTerminal(t, columns)
	p := start(t)
	cmd := command("bench", "-z", "1500ms", "-c", "3", p.addr[0])
	cmd.Stderr = near
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	near.Close()
	var shown strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := far.Read(buf)
		shown.Write(buf[:n])
		if err != nil {
			break // the other end is closed
		}
	}
	lines := strings.Split(shown.String(), clearLine)
	if len(lines) < 3 || lines[0] != "" || lines[len(lines)-1] != "" || strings.Contains(shown.String(), "\n") {
		t.Errorf("the terminal got %q", shown.String())
	}
	for _, line := range lines[1 : len(lines)-1] {
		if !strings.Contains(line, "of 1.5s") && !strings.HasPrefix(line, "ending") || len([]rune(line)) >= columns {
			t.Errorf("a line is %q", line)
		}
	}
}

// Elsewhere there is none.
func TestBenchShowsNoProgressElsewhere(t *testing.T) {
	p := start(t)
	cmd := command("bench", "-z", "600ms", "-c", "1", p.addr[0])
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v, stderr got %q", err, stderr.String())
	}
}
