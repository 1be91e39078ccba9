package executor

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// Code that makes a failure of Pending has no result: neither its error nor its value.
func TestSpawnedCodeWrapsPending(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	h := Spawn(r.ex, func() (int, error) { return 7, fmt.Errorf("not yet: %w", future.Pending) })
	r.run()
	v, ending, err := Result(h)
	if v != 0 || ending != Panicked || !strings.Contains(fmt.Sprint(err), "wraps Pending") {
		t.Errorf("value %d, ending %v, error %v", v, ending, err)
	}
}

// An Async that is a task ends by a Goexit as other code does.
func TestGoexitInASpawnedAsync(t *testing.T) {
	r := newRig(t)
	h := SpawnFuture(r.ex, Async(r.ex, func() (int, error) { runtime.Goexit(); return 7, nil }))
	r.run()
	wantEnd(t, h, ErrGoexit)
	if v, ending, _ := Result(h); v != 0 || ending != Exited {
		t.Errorf("value %d, ending %v", v, ending)
	}
}
