package sim

import (
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
)

// traceFile is the file of -sim.trace. It has a section for each Run; of many seeds the section holds the last that ran.
// It is written line by line, so that nothing is missing even if the process is killed.
type traceFile struct {
	file  *os.File
	begin int64 // of the section
}

// tracing is held by the Run that writes: tests that run in parallel wait for each other.
var tracing struct {
	sync.Mutex
	begun bool // an earlier process's file is gone
}

// openTrace returns nil if no trace was asked for.
func openTrace(t *testing.T) *traceFile {
	t.Helper()
	if flags.trace == "" {
		return nil
	}
	tracing.Lock()
	how := os.O_CREATE | os.O_WRONLY
	if !tracing.begun {
		how |= os.O_TRUNC
	}
	file, err := os.OpenFile(flags.trace, how, 0o666)
	if err != nil {
		tracing.Unlock()
		t.Fatalf("-sim.trace: %v", err)
	}
	tracing.begun = true
	begin, _ := file.Seek(0, io.SeekEnd) // a terminal has no end
	return &traceFile{file, begin}
}

// section empties the section, and returns where to write to; nil if no trace was asked for.
func (f *traceFile) section(title string) io.Writer {
	if f == nil {
		return nil
	}
	if f.file.Truncate(f.begin) == nil { // else it is a terminal or a pipe, which keeps everything
		_, _ = f.file.Seek(f.begin, io.SeekStart)
	}
	return f.next(title)
}

// next is section for a run whose trace is to be compared with the one before, which stays.
func (f *traceFile) next(title string) io.Writer {
	if f == nil {
		return nil
	}
	fmt.Fprintf(f.file, "# %s\n", title)
	return f.file
}

func (f *traceFile) close() {
	if f != nil {
		f.file.Close()
		tracing.Unlock()
	}
}
