package main

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/loadreport"
)

const benchDescription = `ADDRESS is host:port or unix:PATH of any echo server.
Each connection keeps --depth messages under way and sends the next one when one has come back: a closed loop.
With --rate messages have their times, whatever the server does: an open loop. Its latencies count from the time at which
a message was to be sent, so they are what clients would have seen that came then (corrected for coordinated omission).
In the end each connection ends its direction, and the server's end is waited for.
SIGINT and SIGTERM end it early: what is under way still comes back, and the report is that of the time until then (exit
code 0). A second one does not wait (exit code 3).
Exit code 1: a byte was lost or came too many, a connection failed, or, with --verify, a byte was wrong.`

// The bounds of what a run may be asked for. Picked: far beyond any that makes sense, and they fit the memory.
const (
	maxConnections = 1 << 20
	minRate        = 1e-9
	maxSize        = 64 << 20
	maxDepth       = 1 << 16
	maxRate        = 1e9
)

// benchOptions are what `bench` was told.
type benchOptions struct {
	plan   load.Plan
	output string // "text", "json" or "csv"
	hist   string // a file; "": none
	plot   string // a file; "": none
}

// benchFlags are the flags of `bench`.
func benchFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "connections", Aliases: []string{"c"}, Value: 50, Usage: "open `N` connections"},
		&cli.Uint64Flag{Name: "messages", Aliases: []string{"n"}, HideDefault: true, Usage: "send `N` messages in all, those of the warm-up not counted, instead of sending for a time"},
		&cli.DurationFlag{Name: "duration", Aliases: []string{"z"}, Value: 10 * time.Second, Usage: "send for `TIME`, the warm-up not counted"},
		&cli.Float64Flag{Name: "rate", Aliases: []string{"q"}, HideDefault: true, Usage: "send `N` messages a second over all connections, each at its time"},
		&cli.IntFlag{Name: "size", Value: 512, Usage: "`BYTES` of a message"},
		&cli.IntFlag{Name: "depth", Value: 1, Usage: "at most `N` messages under way on each connection"},
		&cli.DurationFlag{Name: "warmup", HideDefault: true, Usage: "send for `TIME` before anything is measured"},
		&cli.BoolFlag{Name: "verify", Usage: "compare every byte that comes back with the one that was sent"},
		&cli.DurationFlag{Name: "timeout", Value: 5 * time.Second, Usage: "give a connection up when the server has kept silent for `TIME` while it owed bytes, or has not answered a connect"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "text", Usage: "`FORMAT` of the report: text, json or csv"},
		&cli.StringFlag{Name: "hist", Usage: "write the latencies to `FILE`, by percentile in microseconds, for plotters of HdrHistogram"},
		&cli.StringFlag{Name: "plot", Usage: "draw the latencies by percentile into `FILE`, an SVG"},
	}
}

// benchOptionsFrom reads and checks the command line.
func benchOptionsFrom(cmd *cli.Command) (benchOptions, error) {
	o := benchOptions{
		plan: load.Plan{
			Connections: cmd.Int("connections"),
			Messages:    cmd.Uint64("messages"),
			Duration:    cmd.Duration("duration"),
			Rate:        cmd.Float64("rate"),
			Size:        cmd.Int("size"),
			Depth:       cmd.Int("depth"),
			Warmup:      cmd.Duration("warmup"),
			Verify:      cmd.Bool("verify"),
			Timeout:     cmd.Duration("timeout"),
		},
		output: cmd.String("output"),
		hist:   cmd.String("hist"),
		plot:   cmd.String("plot"),
	}
	p := &o.plan
	switch {
	case cmd.Args().Len() == 0:
		return o, usageError(cmd, "the ADDRESS of a server is missing")
	case cmd.Args().Len() > 1:
		return o, usageError(cmd, "one ADDRESS, not %q too", cmd.Args().Get(1))
	case cmd.IsSet("messages") && cmd.IsSet("duration"):
		return o, usageError(cmd, "--messages and --duration exclude each other")
	case cmd.IsSet("messages") && p.Messages == 0:
		return o, usageError(cmd, "--messages 0 would send nothing")
	case p.Duration <= 0:
		return o, usageError(cmd, "--duration %v leaves no time to send", p.Duration)
	case p.Connections < 1 || p.Connections > maxConnections:
		return o, usageError(cmd, "--connections %d is not from 1 to %d", p.Connections, maxConnections)
	case cmd.IsSet("rate") && !(p.Rate >= minRate && p.Rate <= maxRate):
		return o, usageError(cmd, "--rate %v is not from %v to %v", p.Rate, minRate, float64(maxRate))
	case p.Size < 1 || p.Size > maxSize:
		return o, usageError(cmd, "--size %d is not from 1 to %d", p.Size, maxSize)
	case p.Depth < 1 || p.Depth > maxDepth:
		return o, usageError(cmd, "--depth %d is not from 1 to %d", p.Depth, maxDepth)
	case p.Warmup < 0:
		return o, usageError(cmd, "--warmup %v is negative", p.Warmup)
	case p.Timeout <= 0:
		return o, usageError(cmd, "--timeout %v leaves the server no time", p.Timeout)
	case !slices.Contains(loadreport.Formats, o.output):
		return o, usageError(cmd, "--output %q is none of %s", o.output, strings.Join(loadreport.Formats, ", "))
	case o.hist != "" && o.hist == o.plot:
		return o, usageError(cmd, "--hist and --plot name the same file")
	}
	if p.Messages > 0 {
		p.Duration = 0
	}
	return o, benchAddress(cmd, p)
}

// benchAddress reads the address as --listen of `run` would be written, with a name as the host if need be.
func benchAddress(cmd *cli.Command, p *load.Plan) error {
	address := cmd.Args().First()
	if path, ok := strings.CutPrefix(address, unixPrefix); ok {
		p.Network, p.Address = "unix", path
		if path == "" || len(path) > maxUnixPath {
			return usageError(cmd, "ADDRESS %q: the path of a Unix socket has 1 to %d bytes", address, maxUnixPath)
		}
		return nil
	}
	p.Network, p.Address = "tcp", address
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return usageError(cmd, "ADDRESS %q is neither host:port nor unix:PATH", address)
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
		return usageError(cmd, "ADDRESS %q: the port is not a number from 1 to 65535", address)
	}
	return nil
}
