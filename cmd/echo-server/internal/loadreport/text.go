package loadreport

import (
	"fmt"
	"strings"
	"time"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

// text is the report for people.
func text(r *load.Result) string {
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	p := &r.Plan
	row("server", "%s", server(p))
	row("load", "%s", loadLine(r))
	if r.Interrupted {
		row("", "interrupted: the figures are those of the time until then")
	}
	row("messages", "%s in %.2fs: %s/s, %.1f MB/s each way", grouped(r.Messages), r.Elapsed.Seconds(), rate(r.Rate()), r.BytesRate()/1e6)
	if r.Corrected() {
		row("rate", "%s", rateLine(r))
	}
	row("bytes", "%s sent, %s received%s", grouped(r.Totals.BytesSent), grouped(r.Totals.BytesReceived), warmupNote(p))
	if h := r.Latencies; h.TotalCount() > 0 {
		row("latency", "mean %s, stdev %s, min %s, max %s", brief(time.Duration(h.Mean())), brief(time.Duration(h.StdDev())), brief(time.Duration(h.Min())), brief(time.Duration(h.Max())))
		row("", "p50 %s, p90 %s, p99 %s, p99.9 %s", percentile(r, 50), percentile(r, 90), percentile(r, 99), percentile(r, 99.9))
		row("", "%s", omissionNote(r))
	}
	row("errors", "%s", errorLine(r))
	told := uint64(0)
	refusals := map[string]bool{} // what each connection that was not made says is as a rule the same
	for _, f := range r.Failures {
		if f.Kind == load.Connect {
			if refusals[f.Err.Error()] {
				continue
			}
			refusals[f.Err.Error()] = true
		}
		row("", "%s", f)
		told++
	}
	if more := failures(r) - told; more > 0 {
		row("", "and %s more", grouped(more))
	}
	return b.String()
}

// server names the server of a plan as the command line does.
func server(p *load.Plan) string {
	if p.Network == "unix" {
		return "unix:" + p.Address
	}
	return p.Address
}

func loadLine(r *load.Result) string {
	p := &r.Plan
	connections := plural(p.Connections, "connection")
	if r.Connected < p.Connections {
		connections = fmt.Sprintf("%d of %s", r.Connected, connections)
	}
	return fmt.Sprintf("%s, %s in a message, %d under way on each connection, %s", connections, plural(p.Size, "byte"), p.Depth, loop(r))
}

func loop(r *load.Result) string {
	if r.Corrected() {
		return "open loop"
	}
	return "closed loop"
}

func rateLine(r *load.Result) string {
	line := fmt.Sprintf("asked %s/s, sent %s/s", rate(r.Plan.Rate), rate(r.SentRate))
	if !r.RateReached() {
		line += ": not reached"
	}
	if r.NotSent > 0 {
		line += fmt.Sprintf("; %s due by the end were not sent, and the latencies lack them", plural(r.NotSent, "message"))
	}
	return line
}

func warmupNote(p *load.Plan) string {
	if p.Warmup == 0 {
		return ""
	}
	return fmt.Sprintf(", those of %v of warm-up included", p.Warmup)
}

func omissionNote(r *load.Result) string {
	if r.Corrected() {
		return "corrected for coordinated omission: from the time at which each message was to be sent"
	}
	return "not corrected for coordinated omission: a closed loop sends less to a slow server (see --rate)"
}

func percentile(r *load.Result, p float64) string {
	return brief(time.Duration(r.Latencies.ValueAtPercentile(p)))
}

// errorLine says how many connections have failed in which way.
func errorLine(r *load.Result) string {
	var kinds []string
	for kind, n := range r.ByKind {
		if n > 0 {
			kinds = append(kinds, fmt.Sprintf("%s %s", grouped(n), load.Kind(kind)))
		}
	}
	if kinds == nil {
		return "none"
	}
	line := strings.Join(kinds, ", ")
	if r.Lost > 0 {
		line += fmt.Sprintf("; %s lost", plural(r.Lost, "byte"))
	}
	return line
}

// failures returns how many connections have failed.
func failures(r *load.Result) (n uint64) {
	for _, of := range r.ByKind {
		n += of
	}
	return n
}
