package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/loadreport"
)

// benchCommand is the command `bench` of the command line.
func benchCommand() *cli.Command {
	return &cli.Command{
		Name:         "bench",
		Usage:        "put load on an echo server and report its throughput and latencies",
		ArgsUsage:    "ADDRESS",
		Description:  benchDescription,
		Flags:        benchFlags(),
		Action:       runBench,
		OnUsageError: asUsageError,
	}
}

// runBench is the command `bench`.
func runBench(_ context.Context, cmd *cli.Command) error {
	o, err := benchOptionsFrom(cmd)
	if err != nil {
		return err
	}
	files, err := o.files()
	if err != nil {
		return &exit{exitFailed, err}
	}
	defer files.discard()
	result, err := bench(o.plan, terminalOf(cmd.Root().ErrWriter))
	if err != nil {
		return &exit{exitFailed, err}
	}
	// The files first: a report into a closed pipe ends the process.
	unwritten := files.write(result.Result)
	if err := loadreport.Write(cmd.Root().Writer, o.output, result.Result); err != nil {
		unwritten = errors.Join(unwritten, fmt.Errorf("cannot write the report: %w", reason(err)))
	}
	if unwritten != nil {
		return &exit{exitFailed, unwritten}
	}
	return result.outcome()
}

// benchmarked is how a run has ended.
type benchmarked struct {
	*load.Result
	forced bool // by a second signal
}

// outcome is the error that decides the exit code. The report has said what was wrong.
func (b benchmarked) outcome() error {
	switch {
	case b.forced:
		return &exit{code: exitForced}
	case b.Failed():
		return &exit{code: exitFailed}
	}
	return nil
}

// bench does a run on a runtime of its own, on the calling goroutine. progress is where it can be watched, or nil.
func bench(p load.Plan, progress *terminal) (benchmarked, error) {
	rt, err := eddy.New(eddy.Config{})
	if err != nil {
		return benchmarked{}, err
	}
	run := load.New(rt, p)
	watch := interruptOn(rt.Handle(), run.Interrupt)
	defer watch.stop()
	line := &progressLine{run: run, out: progress}
	defer line.clear()
	finished := false
	err = rt.BlockOn(func(rt *eddy.Runtime) error {
		if progress != nil {
			rt.Spawn(func() { line.show(rt) })
		}
		defer sharpTimers()()
		err := run.Do()
		finished = err == nil
		return err
	})
	// Once the run has finished, what does not end by then, such as a write to a terminal that stands still, is no
	// failure.
	if forced := watch.forced(); finished || forced {
		return benchmarked{Result: run.Result(), forced: forced}, nil
	}
	return benchmarked{}, err
}
