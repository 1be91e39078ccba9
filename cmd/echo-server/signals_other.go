//go:build !unix

package main

import "os"

// These systems have no signals to ask for something.

func (s *server) requestSignals() []os.Signal { return nil }

func (s *server) answerTo(os.Signal) func() { return s.reportStats }

func ignoreBrokenLog() {}
