package eddytest

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"
)

// record is a testing.TB that keeps what it is told.
type record struct {
	testing.TB
	failures []string
	cleanups []func()
}

func (r *record) Helper() {}
func (r *record) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}
func (r *record) Cleanup(fn func()) { r.cleanups = append(r.cleanups, fn) }

func (r *record) finish() {
	for _, fn := range r.cleanups {
		fn()
	}
}

func TestBaselineOfACleanTest(t *testing.T) {
	var r record
	Baseline(&r)
	done := make(chan struct{})
	go func() { <-done }()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	close(done) // the goroutine may take a while to end; Baseline waits
	r.finish()
	if len(r.failures) != 0 {
		t.Errorf("%v", r.failures)
	}
}

// F25: a goroutine that was left running is reported with its stack.
func TestBaselineReportsGoroutines(t *testing.T) {
	Baseline(t)
	var r record
	before := takeBaseline()
	started, done := make(chan struct{}), make(chan struct{})
	go leftRunning(started, done)
	<-started
	before.check(&r, 0)
	close(done)
	if len(r.failures) != 1 || !strings.Contains(r.failures[0], "leftRunning") {
		t.Errorf("%v", r.failures)
	}
}

func leftRunning(started, done chan struct{}) {
	close(started)
	<-done
}

// F25: a descriptor that was left open is reported with what it refers to; those from before are not.
func TestBaselineReportsDescriptors(t *testing.T) {
	if descriptors() == nil {
		t.Skip("this system does not list descriptors")
	}
	Baseline(t)
	var r record
	before := takeBaseline()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	before.check(&r, 0)
	if len(r.failures) != 1 || strings.Count(r.failures[0], "\n") != 1 {
		t.Fatalf("%q", r.failures)
	}
	if want := fmt.Sprintf("%d ", f.Fd()); !strings.Contains(r.failures[0], want) {
		t.Errorf("%q does not name %s", r.failures[0], want)
	}
}

// What the standard library starts once and keeps is there before the baseline is taken.
func TestBaselineIsTakenAfterTheSystemHasStarted(t *testing.T) {
	before := takeBaseline()
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	signal.Stop(c)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.SetReadDeadline(time.Now())
	r.Read(make([]byte, 1))
	r.Close()
	w.Close()
	before.check(t, baselineLimit)
}

func ExampleBaseline() {
	var t record // in a test: its *testing.T
	Baseline(&t)
	stop := make(chan struct{})
	go func() { <-stop }()
	close(stop)

	t.finish() // the test has ended
	fmt.Println(len(t.failures), "failures")
	// Output: 0 failures
}
