package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

// logQueueLines is how many lines may wait to be written. Picked: a burst of a busy second, and a bounded amount of
// memory when nobody reads the log.
const logQueueLines = 1024

// logQueue is the log of a program that must not wait for it. Whoever logs formats the line and leaves it here; one
// goroutine, writeOut, writes. When the queue is full lines are dropped and counted: a log pipe that nobody reads
// stops nothing but the log.
type logQueue struct {
	logger *slog.Logger // what the program logs to; for any goroutine

	out     io.Writer
	direct  *slog.Logger // writes to out; for writeOut only
	lines   chan []byte
	dropped atomic.Uint64
	closing chan func(*slog.Logger) // gets the last words
	ended   chan struct{}           // closed when writeOut has returned
}

// newLogQueue starts a queue that writes to out.
func newLogQueue(out io.Writer, format string, level slog.Level) *logQueue {
	q := &logQueue{
		out:     out,
		lines:   make(chan []byte, logQueueLines),
		closing: make(chan func(*slog.Logger), 1),
		ended:   make(chan struct{}),
	}
	q.logger = slog.New(newLogHandler(q, format, level))
	q.direct = slog.New(newLogHandler(out, format, level))
	go q.writeOut()
	return q
}

func newLogHandler(w io.Writer, format string, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// Write leaves one line. It never waits. From any goroutine; the handler calls it.
func (q *logQueue) Write(line []byte) (int, error) {
	select {
	case q.lines <- bytes.Clone(line):
	default:
		q.dropped.Add(1)
	}
	return len(line), nil
}

// droppedLines returns how many lines were lost since the start.
func (q *logQueue) droppedLines() uint64 { return q.dropped.Load() }

// writeOut is the goroutine that writes. It may hang in a write for as long as nobody reads; only the end of the
// process ends it then.
func (q *logQueue) writeOut() {
	defer close(q.ended)
	var reported uint64
	write := func(line []byte) {
		if _, err := q.out.Write(line); err != nil {
			q.dropped.Add(1) // the reader has gone, or the disk is full
			return
		}
		// It can write again: say what is missing.
		if n := q.dropped.Load() - reported; n > 0 {
			reported += n
			q.direct.Warn(fmt.Sprintf("%d log lines dropped", n))
		}
	}
	for {
		select {
		case line := <-q.lines:
			write(line)
		case lastWords := <-q.closing:
			for len(q.lines) > 0 {
				write(<-q.lines)
			}
			lastWords(q.direct)
			return
		}
	}
}

// close writes what is left, then what lastWords logs, and returns when that is done or the limit is over. Lines that
// are logged later are lost.
func (q *logQueue) close(limit time.Duration, lastWords func(*slog.Logger)) {
	q.closing <- lastWords
	select {
	case <-q.ended:
	case <-time.After(limit):
	}
}
