package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/eddy-go/eddy"
)

// checkLimit is how long one check may take. Picked: far beyond any of them, on a slow machine too.
const checkLimit = time.Minute

// check is one thing that `test` looks at. Its function runs in a task and uses clients of the same runtime.
type check struct {
	name string
	run  func(rt *eddy.Runtime) error
}

func allChecks() []check {
	return []check{
		{"one client is echoed", checkOneClient},
		{"100 clients interleave", checkManyClients},
		{"a half-closed client gets all of its echo", checkHalfClose},
		{"64 MiB come back byte by byte", checkBulk},
		{"a silent client is dropped, and not early", checkIdleTimeout},
		{"a client is echoed over TLS", checkTLS},
	}
}

// runChecks is the command `test`.
func runChecks(_ context.Context, cmd *cli.Command) error {
	if err := noArguments(cmd); err != nil {
		return err
	}
	rt, err := eddy.New(eddy.Config{})
	if err != nil {
		return &exit{exitFailed, err}
	}
	err = rt.BlockOn(func(rt *eddy.Runtime) error {
		return doChecks(rt, cmd.Root().Writer, allChecks())
	})
	if err != nil {
		return &exit{exitFailed, err}
	}
	return nil
}

// doChecks does all checks and prints a line for each. Its error counts those that failed.
func doChecks(rt *eddy.Runtime, out io.Writer, checks []check) error {
	failed := 0
	for _, c := range checks {
		start := rt.Now()
		err := rt.WithTimeout(checkLimit, func() error { return c.run(rt) })
		took := rt.Now().Sub(start).Round(100 * time.Microsecond)
		if err != nil {
			failed++
			fmt.Fprintf(out, "FAIL  %s: %v (%v)\n", c.name, err, took)
			continue
		}
		fmt.Fprintf(out, "ok    %s (%v)\n", c.name, took)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	}
	return nil
}

// withServer starts a server on a free port of this runtime, has fn use it, and stops it.
func withServer(rt *eddy.Runtime, idleTimeout time.Duration, fn func(address string) error) error {
	s := newCheckedServer(rt)
	s.options.idleTimeout = idleTimeout
	return s.serveFor(fn)
}

func newCheckedServer(rt *eddy.Runtime) *server {
	return newServer(rt, options{
		listen:          []string{"127.0.0.1:0"},
		maxConns:        1000,
		shutdownTimeout: checkLimit,
	}, slog.New(slog.DiscardHandler))
}

// serveFor has fn use the server, and stops it.
func (s *server) serveFor(fn func(address string) error) error {
	if err := s.listen(); err != nil {
		return err
	}
	serving := eddy.Spawn(s.rt, func() (struct{}, error) { return struct{}{}, s.serve() })
	err := fn(s.addresses()[0])
	s.askToStop()
	_, stopErr := serving.Join()
	return errors.Join(err, stopErr)
}

// withClient connects one client, has fn use it, and closes it.
func withClient(rt *eddy.Runtime, address string, fn func(*eddy.TCPStream) error) error {
	stream, err := rt.DialTCP(address)
	if err != nil {
		return err
	}
	defer stream.Close()
	return fn(stream)
}
