package loadreport

import (
	"fmt"
	"time"

	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
)

// Progress is the line about a run that goes on.
func Progress(p load.Plan, l load.Live) string {
	errors := fmt.Sprintf("errors %s", grouped(l.Failures))
	elapsed := l.Elapsed.Seconds()
	p99 := "-" // nothing came back since the last look
	if l.P99 > 0 {
		p99 = brief(l.P99)
	}
	figures := fmt.Sprintf("%s msg/s  p99 %s  %s", rate(l.Rate), p99, errors)
	switch l.Phase {
	case load.Connecting:
		return "connecting  " + errors
	case load.Warming:
		return fmt.Sprintf("warming up %.1fs of %v  %s", elapsed, p.Warmup, figures)
	case load.Ending:
		return fmt.Sprintf("ending %.1fs  %s", elapsed, figures)
	}
	whole := "of " + p.Duration.String()
	if p.Messages > 0 {
		whole = "of " + plural(p.Messages, "message")
	}
	return fmt.Sprintf("%.1fs %s  %s", max(0, l.Elapsed-p.Warmup).Truncate(100*time.Millisecond).Seconds(), whole, figures)
}
