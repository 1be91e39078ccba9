package sim

import (
	"io"
	"log/slog"
	"strings"
)

// journalLines is how many lines a world keeps of what its runtimes log. Picked: what still helps in a test's output.
const journalLines = 64

// journal keeps the last lines that the runtimes logged, for the report of a failing test.
type journal struct {
	lines []string
}

// logger returns a logger for a host. Its times are the world's.
func (j *journal) logger(w *World, host string) *slog.Logger {
	handler := slog.NewTextHandler(j, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Duration(slog.TimeKey, w.Elapsed())
		}
		return a
	}})
	return slog.New(handler).With("host", host)
}

var _ io.Writer = (*journal)(nil)

// Write takes a line.
func (j *journal) Write(line []byte) (int, error) {
	if len(j.lines) == journalLines {
		j.lines = append(j.lines[:0], j.lines[1:]...)
	}
	j.lines = append(j.lines, string(line))
	return len(line), nil
}

func (j *journal) String() string { return strings.TrimSuffix(strings.Join(j.lines, ""), "\n") }
