// Command echo-server sends every byte back to the client that it came from. It is eddy's main program: one thread,
// one loop, a task for each client.
//
// The runtime is the owner of everything that clients touch: server, client and places belong to tasks and need no
// lock. Three goroutines stand beside the loop, and touch none of it: signals.forward takes in the process's signals
// and leaves functions at an eddy.Handle; logQueue.writeOut takes the log lines that were left for it and writes them,
// so that a log pipe which nobody reads stops nothing but the log; eddy's own watchdog logs a task that keeps the loop
// from going on.
//
// Exit codes: 0 after a clean stop, 1 when the start, a check or a benchmark failed, 2 for wrong usage, 3 when a stop was
// forced.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v3"
)

func main() {
	os.Exit(run(os.Args, os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	err := program(stdout, stderr).Run(context.Background(), args)
	if text := explain(err); text != "" {
		fmt.Fprintln(stderr, "echo-server: "+text)
	}
	return exitCode(err)
}

// program is the command line.
func program(stdout, stderr io.Writer) *cli.Command {
	return &cli.Command{
		Name:                            "echo-server",
		Usage:                           "a TCP echo server on eddy, a single-threaded async runtime",
		Version:                         version(),
		Writer:                          stdout,
		ErrWriter:                       stderr,
		Action:                          noCommand,
		OnUsageError:                    asUsageError,
		ExitErrHandler:                  func(context.Context, *cli.Command, error) {}, // run has the exit code
		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: showCompletion,
		Commands: []*cli.Command{
			{
				Name:         "run",
				Usage:        "serve until SIGINT or SIGTERM",
				Description:  runDescription,
				Flags:        runFlags(),
				Action:       runServer,
				OnUsageError: asUsageError,
			},
			{
				Name:         "test",
				Usage:        "start a server and its clients in this process and check what comes back",
				Action:       runChecks,
				OnUsageError: asUsageError,
			},
			benchCommand(),
			{
				Name:         "version",
				Usage:        "print the version",
				Action:       printVersion,
				OnUsageError: asUsageError,
			},
		},
	}
}

// The exit codes besides 0.
const (
	exitFailed = 1 // the start, a check, or the listener failed
	exitUsage  = 2
	exitForced = 3 // a second signal, or the end of the shutdown timeout
)

// exit is an error with an exit code of its own. Without err there is nothing to say any more: the log has said it.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// exitCode returns what the process exits with. Errors that are not an exit come from the command line library, which
// complains about usage only.
func exitCode(err error) int {
	var e *exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.code
	}
	return exitUsage
}

// explain returns the one line that stderr gets about an error.
func explain(err error) string {
	if err == nil || err.Error() == "" {
		return ""
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if exitCode(err) == exitUsage && !strings.Contains(text, "--help") {
		text += " (echo-server --help lists what there is)"
	}
	return text
}

// asUsageError keeps the command line library from printing a page of help.
func asUsageError(_ context.Context, cmd *cli.Command, err error, _ bool) error {
	return usageError(cmd, "%v", err)
}

func usageError(cmd *cli.Command, format string, args ...any) error {
	return &exit{exitUsage, fmt.Errorf("%s: see %s --help", fmt.Sprintf(format, args...), cmd.FullName())}
}

// noCommand is reached when no command, or an unknown one, was given.
func noCommand(_ context.Context, cmd *cli.Command) error {
	if cmd.Args().Present() {
		return usageError(cmd, "there is no command %q", cmd.Args().First())
	}
	return usageError(cmd, "a command is missing: run, test, bench, version or completion")
}

// noArguments refuses what stands behind the flags of a command that takes flags only.
func noArguments(cmd *cli.Command) error {
	if cmd.Args().Present() {
		return usageError(cmd, "%s takes flags only, not %q", cmd.Name, cmd.Args().First())
	}
	return nil
}

// showCompletion lists the completion command in the help, and has it ask for a shell.
func showCompletion(cmd *cli.Command) {
	cmd.Hidden = false
	cmd.OnUsageError = asUsageError
	cmd.Action = func(_ context.Context, cmd *cli.Command) error {
		return usageError(cmd, "for which shell? bash, zsh, fish or pwsh")
	}
}
