//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// requestSignals ask for something and do not end the server. Without TLS there is nothing to reload, and SIGHUP ends
// the process as it ends every program whose terminal has gone.
func (s *server) requestSignals() []os.Signal {
	requests := []os.Signal{syscall.SIGUSR1, syscall.SIGQUIT}
	if s.options.tlsCert != "" {
		requests = append(requests, syscall.SIGHUP)
	}
	return requests
}

// answerTo returns what a signal asks for.
func (s *server) answerTo(sig os.Signal) func() {
	switch sig {
	case syscall.SIGHUP:
		return s.reload
	case syscall.SIGQUIT:
		return s.reportTasks
	}
	return s.reportStats
}

// ignoreBrokenLog keeps the process alive when whoever read its stderr has gone: Go ends a process that writes to a
// broken pipe there (F14). The lines are lost, and counted as dropped.
func ignoreBrokenLog() { signal.Ignore(syscall.SIGPIPE) }
