package eddy

import (
	"context"
	"log/slog"
	"time"
)

// logSlowPolls is what Config.OnSlowPoll is by default: a warning for each report.
func logSlowPolls(logger *slog.Logger) func(SlowPoll) {
	return func(s SlowPoll) {
		message := "slow poll: the loop stands still"
		fields := []slog.Attr{
			slog.Uint64("id", s.Task.ID), slog.String("task", s.Task.Name), slog.String("function", s.Task.Function), slog.Duration("for", s.For.Round(time.Millisecond)),
		}
		if s.Ended {
			message = "slow poll has ended"
		} else {
			fields = append(fields, slog.String("blocked_on", s.BlockedOn), slog.String("state", s.State), slog.String("stack", string(s.Stack)))
		}
		if s.Trace != "" {
			fields = append(fields, slog.String("trace", s.Trace))
		}
		if s.Missed > 0 {
			fields = append(fields, slog.Int("missed", s.Missed))
		}
		logger.LogAttrs(context.Background(), slog.LevelWarn, message, fields...)
	}
}
