//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// sample is what a server holds at a moment without clients.
type sample struct {
	memory      int64 // anonymous resident memory in bytes, after unused memory was given back
	heap        int64 // bytes of objects, after a collection
	descriptors int64
	goroutines  int64
	sources     int64
	tasks       int64
	timers      int64
}

// unknown is the number of goroutines of a server that has not kept as many coroutines for reuse as it ever will.
const unknown = -1

// holdsAs reports whether what must be the same at any moment without clients is the same.
func (s sample) holdsAs(earlier sample) bool {
	s.memory, s.heap = earlier.memory, earlier.heap
	if earlier.goroutines == unknown {
		s.goroutines = unknown
	}
	return s == earlier
}

func (s sample) String() string {
	return fmt.Sprintf("%d descriptors, %d goroutines, %d sources, %d tasks, %d timers", s.descriptors, s.goroutines, s.sources, s.tasks, s.timers)
}

// resident reads the anonymous resident memory.
func (s *server) resident() int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid()))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// descriptors counts what is open.
func (s *server) descriptors() int64 {
	names, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid()))
	return int64(len(names))
}

func (s *server) sampleWith(c counters) sample {
	return sample{
		memory: s.resident(), heap: c["heap_bytes"], descriptors: s.descriptors(), goroutines: c["goroutines"],
		sources: c["sources"], tasks: c["tasks"], timers: c["timers"],
	}
}

// quiet waits until a server whose clients have gone has let go of them, and of all that it did not hold in an earlier
// quiet moment.
func (s *server) quiet(earlier *sample) (counters, sample, error) {
	var c counters
	var now sample
	var failed error
	err := s.until("it holds no client and nothing of theirs", func() bool {
		if c, failed = s.counters(); failed != nil {
			return true
		}
		now = s.sampleWith(c)
		return c["clients"] == 0 && c["closing"] == 0 && (earlier == nil || now.holdsAs(*earlier))
	})
	switch {
	case failed != nil:
		err = failed
	case err != nil && earlier != nil:
		err = fmt.Errorf("%w: %d clients, %d closing, %v; before them %v", err, c["clients"], c["closing"], now, *earlier)
	}
	return c, now, err
}

// The tolerances of what must be flat. Picked: twice what the first writes that block leave behind, which are four
// spare copy buffers of 64 KiB in the heap and some 1.3 MiB in all. In 5 minutes it grows by less than a tenth of that.
const (
	memoryTolerance = 3 << 20
	heapTolerance   = 512 << 10
)

// growth compares the end with the first quarter: by then the clients have been of all kinds and in all numbers.
func growth(samples []sample) []string {
	if len(samples) < 2 {
		return nil
	}
	var memory, heap int64
	for _, s := range samples[:max(1, len(samples)/4)] {
		memory, heap = max(memory, s.memory), max(heap, s.heap)
	}
	var wrong []string
	last := samples[len(samples)-1]
	if last.memory > memory+memoryTolerance {
		wrong = append(wrong, fmt.Sprintf("resident memory grew from %d to %d KiB", memory>>10, last.memory>>10))
	}
	if last.heap > heap+heapTolerance {
		wrong = append(wrong, fmt.Sprintf("the heap grew from %d to %d KiB", heap>>10, last.heap>>10))
	}
	return wrong
}
