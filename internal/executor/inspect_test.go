package executor

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// namedLeaf says what it waits for.
type namedLeaf struct{ leaf }

func (*namedLeaf) String() string { return "a letter" }

// brokenLeaf cannot say what it waits for.
type brokenLeaf struct{ leaf }

func (*brokenLeaf) String() string { panic("no name") }

// Tasks lists each task with its name, its state, what it waits for, and since when.
func TestTasks(t *testing.T) {
	r := newRig(t)
	line := regexp.MustCompile(`go:[0-9]+`) // the test's own line numbers
	r.spawn(func() { Await[int](r.ex, &namedLeaf{}) })
	SpawnFuture[int](r.ex, &leaf{})
	SpawnFuture[int](r.ex, &namedLeaf{})
	joined := r.spawn(func() { Await[int](r.ex, &leaf{}) })
	r.spawn(func() { joined.Join() })
	r.spawn(func() { Await[int](r.ex, &brokenLeaf{}) })
	r.clock.advance(3 * time.Second)
	SpawnPlain(r.ex, func() {
		infos := r.ex.Tasks()
		if len(infos) != 8 {
			t.Errorf("%d tasks, want 8: %v", len(infos), infos)
			return
		}
		want := []string{
			"task 1 executor.TestTasks.func1 inspect_test.go:N: waiting for a letter for 3s",
			"task 2 *executor.leaf: waiting",
			"task 3 *executor.namedLeaf: waiting for a letter",
			"task 4 executor.TestTasks.func2 inspect_test.go:N: waiting for *executor.leaf for 3s",
			"task 5 executor.TestTasks.func3 inspect_test.go:N: waiting for task 4 (executor.TestTasks.func2 inspect_test.go:N) for 3s",
			"task 6 executor.TestTasks.func4 inspect_test.go:N: waiting for %!v(PANIC=String method: no name) for 3s",
			"task 7 executor.TestTasks.func5 inspect_test.go:N: running",
			"task 8 *executor.leaf: ready",
		}
		for i, info := range infos {
			if got := line.ReplaceAllString(info.String(), "go:N"); got != want[i] {
				t.Errorf("got  %s\nwant %s", got, want[i])
			}
		}
		if got := line.ReplaceAllString(r.ex.Running().String(), "go:N"); got != "task 7 (executor.TestTasks.func5 inspect_test.go:N)" {
			t.Errorf("the running task is %s", got)
		}
	})
	SpawnFuture[int](r.ex, &leaf{ready: true})
	r.run()
	wait := joined.Joined().(fmt.Stringer)
	r.end()
	if got := wait.String(); got != "the result of a task" {
		t.Errorf("a join after the end is %s", got)
	}
	if n := len(r.ex.Tasks()); n != 0 || r.ex.Running() != nil {
		t.Errorf("%d tasks after the end", n)
	}
	if !strings.HasPrefix(nameAt(0), "unknown") {
		t.Error("a nil function has a name")
	}
}

// A task whose wait took a Waker may be woken by something that we cannot see. For straight-line code the next wait
// begins anew; a future may have kept the Waker of an earlier poll.
func TestOutsideWaits(t *testing.T) {
	r := newRig(t)
	outside := &leaf{onPoll: func(cx *future.Context) { cx.Waker() }}
	inside := &leaf{}
	r.spawn(func() {
		Await[int](r.ex, outside)
		Await[int](r.ex, inside)
	})
	if !r.ex.OutsideWaits() || !r.ex.Tasks()[0].Outside {
		t.Error("a wait that took a Waker counts as one of ours")
	}
	outside.waker.Wake()
	r.run()
	if !r.ex.OutsideWaits() {
		t.Error("a second poll has made the executor forget it")
	}
	outside.finish()
	r.run()
	if r.ex.OutsideWaits() || r.ex.Tasks()[0].Outside {
		t.Error("the next wait counts as wakeable from outside")
	}
	inside.finish()
	r.run()

	// A hand-written future that takes the Waker in its first poll only, as one does that hands it to a goroutine.
	first := &leaf{}
	first.onPoll = func(cx *future.Context) {
		if first.polls == 1 {
			cx.Waker()
		}
	}
	SpawnFuture[int](r.ex, first)
	r.run()
	first.waker.Wake()
	r.run()
	if !r.ex.OutsideWaits() {
		t.Error("the Waker of the first poll was forgotten")
	}
	first.finish()
	r.run()

	// Beside a nested coroutine that begins a new wait, another future may wait for its Waker still.
	outside = &leaf{onPoll: func(cx *future.Context) { cx.Waker() }}
	step := &leaf{}
	r.spawn(func() {
		coroutine := Async(r.ex, func() (int, error) {
			Await[int](r.ex, step)
			return Await[int](r.ex, &leaf{})
		})
		Await[int](r.ex, &leaf{
			onPoll:   func(cx *future.Context) { outside.Poll(cx); coroutine.Poll(cx) },
			onCancel: coroutine.Cancel,
		})
	})
	step.finish()
	r.run()
	if !r.ex.OutsideWaits() {
		t.Error("a nested coroutine's new wait has hidden its neighbour's")
	}
	r.end()
	if r.ex.OutsideWaits() {
		t.Error("a wait of a task that has ended")
	}
}
