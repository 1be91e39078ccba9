//go:build !unix

package main

import "os"

// These systems have no signals to ask for a report.

func reportSignals() []os.Signal { return nil }

func (s *server) reportFor(os.Signal) func() { return s.reportStats }

func ignoreBrokenLog() {}
