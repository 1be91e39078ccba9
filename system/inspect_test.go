//go:build linux

package system_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// What a server tells of itself, and what the kernel tells of it.

// log returns what was logged so far.
func (s *server) log() string {
	text, err := os.ReadFile(s.logFile)
	if err != nil {
		s.t.Error(err)
	}
	return string(text)
}

// logged returns the log lines in which all the parts stand.
func (s *server) logged(parts ...string) []string {
	var found []string
	for line := range strings.Lines(s.log()) {
		all := strings.HasSuffix(line, "\n") // else the server is writing it
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			found = append(found, line)
		}
	}
	return found
}

// awaitLog waits for n log lines in which all the parts stand, and returns the last.
func (s *server) awaitLog(n int, parts ...string) string {
	s.t.Helper()
	var last string
	s.until(fmt.Sprintf("it logs %d lines with %q", n, parts), func() bool {
		lines := s.logged(parts...)
		if len(lines) < n {
			return false
		}
		last = lines[len(lines)-1]
		return true
	})
	return last
}

// counters asks the server for its counters and returns them by name.
func (s *server) counters() map[string]int {
	s.t.Helper()
	before := len(s.logged("msg=stats"))
	s.signal(syscall.SIGUSR1)
	counters := map[string]int{}
	for field := range strings.FieldsSeq(s.awaitLog(before+1, "msg=stats")) {
		name, value, _ := strings.Cut(field, "=")
		if n, err := strconv.Atoi(value); err == nil {
			counters[name] = n
		}
	}
	return counters
}

// status returns the words after a name in /proc/PID/status.
func (s *server) status(name string) []string {
	s.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.Fields(rest)
		}
	}
	s.t.Fatalf("no %s in the status of process %d", name, s.pid)
	return nil
}

// peakMemory returns the most resident memory that the process ever had, in bytes.
func (s *server) peakMemory() int {
	s.t.Helper()
	kilobytes, err := strconv.Atoi(s.status("VmHWM")[0])
	if err != nil {
		s.t.Fatal(err)
	}
	return kilobytes << 10
}

// descriptors returns how many descriptors the process has open.
func (s *server) descriptors() int {
	s.t.Helper()
	names, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(names)
}

// awaitDescriptors waits until no more than n descriptors are open: the server has let go of its clients.
func (s *server) awaitDescriptors(n int) {
	s.t.Helper()
	s.until(fmt.Sprintf("it has no more than %d descriptors", n), func() bool { return s.descriptors() <= n })
}
