package eddy

import (
	"log/slog"
	"os"
	"runtime/trace"
	"time"
)

// The execution traces that are kept and saved. All of it is picked: enough to see what led to a slow poll, and files
// that do not fill a disk.
const (
	traceWindow  = 5 * time.Second
	traceBytes   = 16 << 20
	maxTraces    = 16
	traceGap     = time.Minute
	tracePattern = "slow-poll-*.trace"
)

// traceFiles saves the last seconds of the execution trace, each time in a file of its own. It belongs to the watchdog's
// goroutine.
type traceFiles struct {
	dir string
	log *slog.Logger

	recorder *trace.FlightRecorder
	saved    int
	savedAt  time.Time
}

// start begins to record. Only one recorder can be at work in a process.
func (f *traceFiles) start() {
	f.recorder = trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: traceWindow, MaxBytes: traceBytes})
	if err := f.recorder.Start(); err != nil {
		f.log.Warn("slow polls are reported without an execution trace", "error", err)
	}
}

func (f *traceFiles) stop() { f.recorder.Stop() }

// save writes a file and returns its name; "" if none was due, or if it failed.
func (f *traceFiles) save(now time.Time) string {
	if !f.recorder.Enabled() || f.saved == maxTraces || f.saved > 0 && now.Sub(f.savedAt) < traceGap {
		return ""
	}
	f.saved++
	f.savedAt = now
	name, err := f.write()
	if err != nil {
		f.log.Warn("the execution trace of a slow poll was not saved", "error", err)
		return ""
	}
	return name
}

func (f *traceFiles) write() (name string, err error) {
	file, err := os.CreateTemp(f.dir, tracePattern)
	if err != nil {
		return "", err
	}
	_, err = f.recorder.WriteTo(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}
