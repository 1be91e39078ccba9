package eddytest

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// baselineLimit is how long Baseline waits for goroutines and descriptors to go. Picked: far longer than any of them
// needs to end, so that only a leak reaches it.
const baselineLimit = 10 * time.Second

// Baseline records how many goroutines and open descriptors the process has. When the test has ended, and the cleanups
// that were registered after Baseline have run, it waits until both are back, and fails the test, with a list of what is
// there, if they do not come back. Call it first in a test; tests that run in parallel disturb each other's counts.
//
// Where the system does not list descriptors, only goroutines are counted.
func Baseline(t testing.TB) {
	t.Helper()
	before := takeBaseline()
	t.Cleanup(func() {
		t.Helper()
		before.check(t, baselineLimit)
	})
}

// A baseline is what was there when a test began.
type baseline struct {
	goroutines  int
	descriptors []string
}

func takeBaseline() baseline {
	startSystem()
	return baseline{runtime.NumGoroutine(), descriptors()}
}

// startSystem makes the standard library start what it never ends again, so that no test is blamed for it: the
// goroutine of os/signal, and the poller of packages net and os with its descriptors.
var startSystem = sync.OnceFunc(func() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	signal.Stop(c)
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
})

func (b baseline) check(t testing.TB, limit time.Duration) {
	t.Helper()
	end := time.Now().Add(limit)
	for {
		goroutines, open := runtime.NumGoroutine(), descriptors()
		if goroutines <= b.goroutines && len(open) <= len(b.descriptors) {
			return
		}
		if time.Now().After(end) {
			if goroutines > b.goroutines {
				t.Errorf("goroutines: %d before the test, %d after:\n%s", b.goroutines, goroutines, stacks())
			}
			if len(open) > len(b.descriptors) {
				open = slices.DeleteFunc(open, func(d string) bool { return slices.Contains(b.descriptors, d) })
				t.Errorf("open descriptors that were not there before the test:\n%s", strings.Join(open, "\n"))
			}
			return
		}
		time.Sleep(time.Millisecond) // between two looks; the result does not depend on it
	}
}

// descriptors lists the open descriptors, each with what it refers to where the system tells.
func descriptors() []string {
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		var open []string
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			// The descriptor that ReadDir had open is gone by now.
			if _, err := os.Lstat(name); err != nil {
				continue
			}
			what, _ := os.Readlink(name)
			open = append(open, fmt.Sprintf("%s %s", e.Name(), what))
		}
		return open
	}
	return nil
}

// stacks returns the stacks of all goroutines.
func stacks() []byte {
	buf := make([]byte, 1<<20)
	return bytes.TrimSpace(buf[:runtime.Stack(buf, true)])
}
