//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// reportSignals are answered by log lines.
func reportSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1, syscall.SIGQUIT} }

// reportFor returns what a report signal asks for.
func (s *server) reportFor(sig os.Signal) func() {
	if sig == syscall.SIGQUIT {
		return s.reportTasks
	}
	return s.reportStats
}

// ignoreBrokenLog keeps the process alive when whoever read its stderr has gone: Go ends a process that writes to a
// broken pipe there (F14). The lines are lost, and counted as dropped.
func ignoreBrokenLog() { signal.Ignore(syscall.SIGPIPE) }
