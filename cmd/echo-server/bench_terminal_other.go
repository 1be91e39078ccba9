//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package main

import "os"

// On these systems eddy.New has failed before there is any progress.

func isTerminal(*os.File) bool { return false }

func (t *terminal) width() int { return 0 }
