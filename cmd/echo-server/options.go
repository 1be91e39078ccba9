package main

import (
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/urfave/cli/v3"
)

const runDescription = `SIGINT and SIGTERM stop it: what has arrived is echoed, then the connections are closed.
A second one, or the end of the shutdown timeout, forces that (exit code 3).
SIGUSR1 gives unused memory back and logs the counters, SIGQUIT logs the tasks and what each waits for.
With --tls-cert and --tls-key clients speak TLS 1.2 or 1.3. SIGHUP reads the two files again, for new connections; if
they are no good the old pair stays in use. Handshakes are computed on the loop: an ECDSA key costs it the least.`

// options are what `run` was told.
type options struct {
	listen          []string // "host:port" or "unix:path"
	unixMode        fs.FileMode
	idleTimeout     time.Duration // 0: none
	maxConns        int
	shutdownTimeout time.Duration
	logLevel        slog.Level
	logFormat       string        // "text" or "json"
	portFile        string        // "": none
	slowPoll        time.Duration // 0: none is reported
	slowPollTrace   string        // a directory; "": none
	tlsCert, tlsKey string        // files; "": no TLS
}

// runFlags are the flags of `run`. Each has an environment variable, too.
func runFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{
			Name: "listen", Value: []string{"127.0.0.1:8080"}, Sources: cli.EnvVars("EDDY_LISTEN"),
			Usage: "`ADDRESS` to listen on: an IP address and a port, or unix:PATH; may be repeated; port 0 takes any free one",
		},
		&cli.StringFlag{
			Name: "unix-mode", Sources: cli.EnvVars("EDDY_UNIX_MODE"),
			Usage: "octal `MODE` of the files of Unix sockets, such as 0660 (default: by the umask)",
		},
		&cli.DurationFlag{
			Name: "idle-timeout", Value: 10 * time.Second, Sources: cli.EnvVars("EDDY_IDLE_TIMEOUT"),
			Usage: "drop a client after `TIME` without a byte in either direction; 0 is never",
		},
		&cli.IntFlag{
			Name: "max-conns", Value: 10000, Sources: cli.EnvVars("EDDY_MAX_CONNS"),
			Usage: "accept no more while `N` clients are connected",
		},
		&cli.DurationFlag{
			Name: "shutdown-timeout", Value: 5 * time.Second, Sources: cli.EnvVars("EDDY_SHUTDOWN_TIMEOUT"),
			Usage: "force the end `TIME` after the signal to stop",
		},
		&cli.StringFlag{
			Name: "log-level", Value: "info", Sources: cli.EnvVars("EDDY_LOG_LEVEL"),
			Usage: "`LEVEL` from which lines are logged: debug, info, warn or error",
		},
		&cli.StringFlag{
			Name: "log-format", Value: "text", Sources: cli.EnvVars("EDDY_LOG_FORMAT"),
			Usage: "`FORMAT` of the log: text or json",
		},
		&cli.StringFlag{
			Name: "port-file", Sources: cli.EnvVars("EDDY_PORT_FILE"),
			Usage: "write the addresses that are listened on to `FILE`, one a line",
		},
		&cli.StringFlag{
			Name: "tls-cert", Sources: cli.EnvVars("EDDY_TLS_CERT"),
			Usage: "speak TLS, with the certificate and its chain in `FILE` (PEM)",
		},
		&cli.StringFlag{
			Name: "tls-key", Sources: cli.EnvVars("EDDY_TLS_KEY"),
			Usage: "`FILE` of the certificate's key (PEM)",
		},
		&cli.DurationFlag{
			Name: "slow-poll", Value: 100 * time.Millisecond, Sources: cli.EnvVars("EDDY_SLOW_POLL"),
			Usage: "log a task that keeps the loop for longer than `TIME`, with its stack, while it still does; 0 is never",
		},
		&cli.StringFlag{
			Name: "slow-poll-trace", Sources: cli.EnvVars("EDDY_SLOW_POLL_TRACE"),
			Usage: "then save the last seconds of Go's execution trace in `DIRECTORY`; the trace is recorded all the time",
		},
	}
}

// optionsFrom reads and checks the flags. What can only be known by trying, such as an address, is not checked here.
func optionsFrom(cmd *cli.Command) (options, error) {
	o := options{
		listen:          cmd.StringSlice("listen"),
		idleTimeout:     cmd.Duration("idle-timeout"),
		maxConns:        cmd.Int("max-conns"),
		shutdownTimeout: cmd.Duration("shutdown-timeout"),
		logFormat:       cmd.String("log-format"),
		portFile:        cmd.String("port-file"),
		slowPoll:        cmd.Duration("slow-poll"),
		slowPollTrace:   cmd.String("slow-poll-trace"),
		tlsCert:         cmd.String("tls-cert"),
		tlsKey:          cmd.String("tls-key"),
	}
	if err := noArguments(cmd); err != nil {
		return o, err
	}
	if mode := cmd.String("unix-mode"); mode != "" {
		bits, err := strconv.ParseUint(mode, 8, 32)
		if err != nil || bits == 0 || bits > 0o777 {
			return o, usageError(cmd, "--unix-mode %q is not an octal mode from 1 to 777", mode)
		}
		o.unixMode = fs.FileMode(bits)
	}
	if err := o.logLevel.UnmarshalText([]byte(cmd.String("log-level"))); err != nil {
		return o, usageError(cmd, "--log-level %q is none of debug, info, warn, error", cmd.String("log-level"))
	}
	switch {
	case len(o.listen) == 0:
		return o, usageError(cmd, "--listen needs an address")
	case o.idleTimeout < 0:
		return o, usageError(cmd, "--idle-timeout %v is negative; 0 is never", o.idleTimeout)
	case o.maxConns < 1:
		return o, usageError(cmd, "--max-conns %d would serve nobody", o.maxConns)
	case o.shutdownTimeout <= 0:
		return o, usageError(cmd, "--shutdown-timeout %v leaves no time to stop", o.shutdownTimeout)
	case o.logFormat != "text" && o.logFormat != "json":
		return o, usageError(cmd, "--log-format %q is none of text, json", o.logFormat)
	case (o.tlsCert == "") != (o.tlsKey == ""):
		return o, usageError(cmd, "--tls-cert and --tls-key need each other")
	case o.slowPoll < 0:
		return o, usageError(cmd, "--slow-poll %v is negative; 0 is never", o.slowPoll)
	case o.slowPollTrace != "" && o.slowPoll == 0:
		return o, usageError(cmd, "--slow-poll-trace needs a --slow-poll above 0")
	case o.slowPollTrace != "" && !isDirectory(o.slowPollTrace):
		return o, usageError(cmd, "--slow-poll-trace %q is not a directory", o.slowPollTrace)
	}
	return o, nil
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
