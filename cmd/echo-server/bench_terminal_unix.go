//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// isTerminal reports whether f is a terminal: only these have a size.
func isTerminal(f *os.File) bool {
	_, err := windowSize(f)
	return err == nil
}

// width returns how many columns the terminal has now, or 0 if it does not say.
func (t *terminal) width() int {
	size, err := windowSize(t.File)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

func windowSize(f *os.File) (*unix.Winsize, error) {
	return unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
}
