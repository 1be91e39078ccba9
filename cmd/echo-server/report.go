package main

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/eddy-go/eddy"
)

// totals is what the server counts: the bytes by its clients' streams, all else itself. Every connection is a client now,
// or has left, failed or timed out, or its task has panicked.
type totals struct {
	connections uint64
	bytesIn     uint64
	bytesOut    uint64
	left        uint64 // clients whose echo was complete
	failed      uint64 // clients whose connection broke, or that a forced end left no time
	timeouts    uint64 // clients that the idle timeout has dropped
	timesFull   uint64 // how often the last place was taken

	handshakes       uint64 // of TLS
	handshakesFailed uint64 // their clients count as failed, or as timed out
}

// fields are the counters as flat integers, in a fixed order: bench/suite and other programs read them.
func (s *server) fields(stats eddy.Stats) []slog.Attr {
	s.countBytes(stats)
	count, now := slog.Uint64, slog.Int
	t, k := &s.totals, &stats.Kernel
	return []slog.Attr{
		count("connections", t.connections), now("clients", len(s.clients)),
		count("bytes_in", t.bytesIn), count("bytes_out", t.bytesOut),
		count("left", t.left), count("failed", t.failed), count("timeouts", t.timeouts), count("times_full", t.timesFull),
		count("handshakes", t.handshakes), count("handshakes_failed", t.handshakesFailed),

		count("turns", stats.Turns), count("polls", stats.Polls), count("wakes", stats.Wakes),
		count("posts", stats.Posts), count("kicks", stats.Kicks), count("spawned", stats.Spawned),
		now("tasks", stats.Tasks), now("sources", stats.Sources), now("timers", stats.Timers), now("closing", stats.Closing),
		count("panics", stats.Panics), count("rejected_events", stats.RejectedEvents), count("accept_backoffs", stats.AcceptBackoffs),

		count("waits", k.Waits), count("blocks", k.Blocks), count("events", k.Events),
		count("registers", k.Registers), count("deregisters", k.Deregisters),
		count("accepts", k.Accepts), count("receives", k.Receives), count("sends", k.Sends),
		count("shutdowns", k.Shutdowns), count("closes", k.Closes),
	}
}

// countBytes brings the bytes of the totals up to date. A server that serves is alone in its runtime, so the runtime's
// counts are its clients'; where they speak TLS, what they say is less than what goes over the streams, and they count.
func (s *server) countBytes(stats eddy.Stats) {
	if s.tls == nil {
		s.totals.bytesIn, s.totals.bytesOut = stats.BytesIn, stats.BytesOut
	}
}

// reportStats gives back memory that is not used and logs the counters. From a task.
func (s *server) reportStats() {
	freed := eddy.Offload(s.rt, func() (struct{}, error) {
		debug.FreeOSMemory() // a whole collection: not on the loop
		return struct{}{}, nil
	})
	if _, err := eddy.Await(s.rt, freed); err != nil {
		return // the runtime ends
	}
	fields := append(s.fields(s.rt.Stats()), slog.Int("goroutines", runtime.NumGoroutine()), slog.Uint64("heap_bytes", heapBytes()))
	s.log.LogAttrs(context.Background(), slog.LevelInfo, "stats", fields...)
}

// heapBytes is what the process's objects occupy: after a collection, those that live.
func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// maxReportedTasks bounds the lines of a task report. Picked: a screen or two, and a part of the log queue.
const maxReportedTasks = 100

// reportTasks logs the oldest tasks, what each waits for and since when. From a task.
func (s *server) reportTasks() {
	tasks := s.rt.Tasks()
	now := s.rt.Now()
	for _, t := range tasks[:min(len(tasks), maxReportedTasks)] {
		fields := []slog.Attr{slog.Uint64("task", t.ID), slog.String("function", t.Name), slog.String("state", t.State)}
		if t.Wait != "" {
			since := now.Add(-t.For).Round(time.Millisecond)
			fields = append(fields, slog.String("waits_for", t.Wait), slog.Time("since", since), slog.Duration("for", t.For.Round(time.Millisecond)))
		}
		s.log.LogAttrs(context.Background(), slog.LevelInfo, "task", fields...)
	}
	s.log.Info("tasks", "tasks", len(tasks), "not_listed", max(0, len(tasks)-maxReportedTasks))
}
