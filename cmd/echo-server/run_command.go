package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/eddy-go/eddy"
)

// flushLimit is how long the exit waits for a log that is not read. Picked: long enough for any reader that lives.
const flushLimit = time.Second

// runServer is the command `run`.
func runServer(_ context.Context, cmd *cli.Command) error {
	o, err := optionsFrom(cmd)
	if err != nil {
		return err
	}
	ignoreBrokenLog()
	queue := newLogQueue(os.Stderr, o.logFormat, o.logLevel)
	rt, err := eddy.New(eddy.Config{Logger: queue.logger, SlowPoll: o.slowPoll, SlowPollTrace: o.slowPollTrace})
	if err != nil {
		return &exit{exitFailed, err}
	}
	s := newServer(rt, o, queue.logger)
	watch := watchSignals(rt.Handle(), s)
	err = rt.BlockOn(func(*eddy.Runtime) error { return s.run() })
	queue.close(flushLimit, func(log *slog.Logger) { s.lastWords(log, err, queue.droppedLines()) })
	watch.stop()
	return s.outcome(err)
}

// run listens and serves: the main task of `run`.
func (s *server) run() error {
	if s.options.tlsCert != "" {
		if err := s.firstCertificate(); err != nil {
			return &exit{exitFailed, err}
		}
		if s.stopAsked {
			return nil
		}
	}
	if err := s.listen(); err != nil {
		return &exit{exitFailed, err}
	}
	if err := s.writePortFile(); err != nil {
		return &exit{exitFailed, err}
	}
	s.announce()
	return s.serve()
}

// lastWords logs how it ended, unless it has never begun.
func (s *server) lastWords(log *slog.Logger, err error, droppedLines uint64) {
	if !s.announced {
		return
	}
	if err != nil && !forced(err) {
		log.Error("failed", "error", err)
	}
	fields := append(s.fields(s.finalStats), slog.Uint64("log_lines_dropped", droppedLines), slog.Bool("forced", forced(err)))
	log.LogAttrs(context.Background(), slog.LevelInfo, "stopped", fields...)
}

// outcome is the error that decides the exit code.
func (s *server) outcome(err error) error {
	switch {
	case err == nil || !s.announced:
		return err
	case forced(err):
		return &exit{code: exitForced}
	}
	return &exit{code: exitFailed}
}

// forced reports whether serving ended before the clients did: by the shutdown timeout, or by a second signal, which
// cancels the main task.
func forced(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, eddy.ErrCanceled)
}
