// Package kerneltest is the contract of package kernel as tests. The same suite runs on every kernel, simulated ones
// included: it knows nothing but the interface, reads time from the kernel's own clock, and looks at no file and no
// descriptor behind the kernel's back.
//
// It is tolerant about what the contract leaves open (spurious events, merged events, the order of events) and exact
// about what must come. Nothing passes or fails by how long it took, except that waiting for something that never
// comes ends after a long limit.
//
// Everything runs on the test's goroutine, apart from Wake.
package kerneltest

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/kernel"
)

// property is one statement of the contract, checked on a fresh kernel.
type property struct {
	name  string
	check func(r *rig)
}

// Conformance checks a kernel. open returns a new one for each property; the suite ends it, and then no descriptor
// and no goroutine may be left.
func Conformance(t *testing.T, open func(t *testing.T) kernel.Kernel) {
	groups := []struct {
		name       string
		properties []property
	}{
		{"sockets", socketProperties},
		{"addresses", addressProperties},
		{"edges", edgeProperties},
		{"registration", registrationProperties},
		{"halfclose", halfCloseProperties},
		{"wake", wakeProperties},
		{"waits", waitProperties},
		{"options", optionProperties},
		{"unix", unixProperties},
		{"errors", errorProperties},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, p := range g.properties {
				t.Run(p.name, func(t *testing.T) { run(t, open, p) })
			}
		})
	}
}

func run(t *testing.T, open func(t *testing.T) kernel.Kernel, p property) {
	descriptors() // the first look makes package os open descriptors of its own
	before, goroutines := descriptors(), runtime.NumGoroutine()

	r := newRig(t, open(t))
	// Deferred: a property that fails leaves by Goexit.
	defer func() {
		r.end()
		if after := descriptors(); after != before {
			t.Errorf("%d descriptors were open before, %d after", before, after)
		}
		// A goroutine that has said that it is done still has to end, and its thread may not be running.
		for range 10_000 {
			if runtime.NumGoroutine() <= goroutines {
				return
			}
			time.Sleep(time.Millisecond) // between two looks; the result does not depend on it
		}
		t.Errorf("%d goroutines before, %d after", goroutines, runtime.NumGoroutine())
	}()
	p.check(r)
}

// descriptors counts the descriptors of the process, where the system shows them; elsewhere it returns 0.
func descriptors() int {
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		if entries, err := os.ReadDir(dir); err == nil {
			return len(entries)
		}
	}
	return 0
}
