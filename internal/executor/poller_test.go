package executor

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// The poller is the innermost code, or the task whose future is polled, and goes by the task's name.
func TestPollerIsWhoPolls(t *testing.T) {
	r := newRig(t)
	if p := r.ex.Poller(); p != nil {
		t.Errorf("%v polls, and no task runs", p)
	}
	var seen []fmt.Stringer
	see := func(want string) {
		p := r.ex.Poller()
		if seen = append(seen, p); !strings.Contains(p.String(), want) {
			t.Errorf("it goes by %v, want %s in it", p, want)
		}
	}
	look := future.Func(func(*future.Context) (int, error) { see(`"outer"`); return 0, nil })
	nested := func() (int, error) { return Await(r.ex, look) }
	both := func() (int, error) { see(`"outer"`); return Await(r.ex, Async(r.ex, nested)) }
	Spawn(r.ex, both).Named("outer")
	r.run()
	if len(seen) != 2 || seen[0] == seen[1] {
		t.Fatalf("the pollers were %d, or the same", len(seen))
	}
	seen = nil
	SpawnFuture(r.ex, future.Func(func(cx *future.Context) (int, error) {
		see(`"by hand"`)
		if len(seen) < 2 {
			cx.Yield()
			return 0, future.Pending
		}
		return 0, nil
	})).Named("by hand")
	r.run()
	if len(seen) != 2 || seen[0] != seen[1] {
		t.Error("the task is not the same poller in both polls")
	}
}

// Code that was adopted is the poller that it was, and goes by the name of its new task.
func TestPollerStaysWhenAdopted(t *testing.T) {
	r := newRig(t)
	var before, after fmt.Stringer
	var release future.LocalWaker
	wait := future.Func(func(cx *future.Context) (int, error) {
		if before == nil {
			before, release = r.ex.Poller(), cx.LocalWaker()
			return 0, future.Pending
		}
		release = cx.LocalWaker()
		if r.ex.Live() < 2 {
			return 0, future.Pending
		}
		after = r.ex.Poller()
		if name := after.String(); !strings.Contains(name, "task 2") {
			t.Errorf("it goes by %s", name)
		}
		return 0, nil
	})
	r.spawn(func() {
		shielded := Async(r.ex, func() (int, error) {
			return 0, r.ex.Shield(func() error { _, err := Await(r.ex, wait); return err })
		})
		first := future.Func(func(*future.Context) (int, error) { return 0, errors.New("ends the race") })
		if _, err := Await(r.ex, future.Race(shielded, first)); err == nil {
			t.Error("the race has no end")
		}
		Await(r.ex, future.Func(func(cx *future.Context) (int, error) { // until the adopted one has ended
			if after == nil {
				release.Wake()
				cx.Yield()
				return 0, future.Pending
			}
			return 0, nil
		}))
	})
	if before == nil || before != after {
		t.Errorf("%p polled before, %p after", before, after)
	}
}

// A poller that is remembered for longer than its task lives still says so.
func TestPollerThatHasEnded(t *testing.T) {
	r := newRig(t)
	var p fmt.Stringer
	look := func() future.Future[int] {
		return future.Func(func(*future.Context) (int, error) { p = r.ex.Poller(); return 0, nil })
	}
	want := func(want string) {
		t.Helper()
		r.run()
		if got := p.String(); got != want {
			t.Errorf("it goes by %q, want %q", got, want)
		}
	}
	SpawnFuture(r.ex, look())
	want("task 1, which has ended")
	SpawnFuture(r.ex, look()).Named("client")
	want(`task 2 "client", which has ended`)
	SpawnPlain(r.ex, func() { Await(r.ex, look()) })
	want("a task that has ended")
}
