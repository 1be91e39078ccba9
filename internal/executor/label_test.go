package executor

import (
	"context"
	"fmt"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy/future"
)

// labelsOf returns the label lines of the goroutines on whose stacks a function stands, "" for those without.
func labelsOf(function string) []string {
	var labels []string
	for block := range strings.SplitSeq(goroutineProfile(), "\n\n") {
		if strings.Contains(block, function) {
			_, line, _ := strings.Cut(block, "# labels: ")
			line, _, found := strings.Cut(line, "\n")
			if !found {
				line = ""
			}
			labels = append(labels, line)
		}
	}
	slices.Sort(labels)
	return labels
}

// markHere and its like are functions to look for in a profile.
//
//go:noinline
func markHere(fn func()) { fn() }

//go:noinline
func markThere(fn func()) { fn() }

// wantLabels fails the test unless the goroutines with the function on their stacks have exactly these labels.
func wantLabels(t *testing.T, when, function string, want ...string) {
	t.Helper()
	if got := labelsOf("executor." + function + "+"); !slices.Equal(got, want) {
		t.Errorf("%s: %s runs under %q, want %q", when, function, got, want)
	}
}

func taskLabel(name string) string { return fmt.Sprintf("{%q:%q}", labelKey, name) }

// A task shows in profiles under its name, from its first instruction, while it waits too; without one under its
// function's. A goroutine that no task uses shows under none.
func TestLabelIsTheName(t *testing.T) {
	r := newRig(t)
	SpawnPlain(r.ex, func() {
		markHere(func() {
			wantLabels(t, "at once", "markHere", taskLabel("client 7"))
			Await[int](r.ex, &leaf{})
		})
	}).Named("client 7")
	r.run()
	wantLabels(t, "while it waits", "markHere", taskLabel("client 7"))
	r.end()
	if idle := labelsOf("executor.(*Executor).carryJobs+"); !slices.Equal(idle, []string{""}) {
		t.Errorf("an idle goroutine shows under %q", idle)
	}
	r.spawn(func() { // on the same goroutine
		markHere(func() { wantLabels(t, "without a name", "markHere", taskLabel("executor.TestLabelIsTheName.func2")) })
	})
}

// A name that comes while the task runs shows at once; one that comes while it waits, when it goes on.
func TestLabelFollowsTheName(t *testing.T) {
	r := newRig(t)
	gate := &leaf{}
	h := r.spawn(func() {
		markHere(func() {
			r.ex.SetName("first")
			wantLabels(t, "after SetName", "markHere", taskLabel("first"))
			Await[int](r.ex, gate)
			wantLabels(t, "after Named", "markHere", taskLabel("second"))
			r.ex.Yield()
			r.ex.SetName("")
			wantLabels(t, "without a name", "markHere", taskLabel("executor.TestLabelFollowsTheName.func1"))
		})
	})
	h.Named("second")
	wantLabels(t, "in the meantime", "markHere", taskLabel("first"))
	gate.finish()
	r.run()
	wantEnd(t, h, nil)
}

// Nested coroutines show under their task's name, those in a hand-written future under that of the task or their own.
func TestLabelOfNestedCoroutines(t *testing.T) {
	r := newRig(t)
	var want string
	code := func() (int, error) {
		markHere(func() { wantLabels(t, "nested", "markHere", taskLabel(want)) })
		return 0, nil
	}
	parent := func() { Await(r.ex, Async(r.ex, code)) }
	want = functionAt(entryOf(parent))
	r.spawn(parent)
	want = functionAt(entryOf(code))
	SpawnFuture(r.ex, future.Race(Async(r.ex, code)))
	r.run()
	want = "named"
	SpawnPlain(r.ex, parent).Named("named")
	SpawnFuture(r.ex, future.Race(Async(r.ex, code))).Named("named")
	SpawnFuture(r.ex, Async(r.ex, code)).Named("named")
	r.run()

	// SetName from inside: the caller shows it at once, the task's own code after its wait.
	r.spawn(func() {
		markThere(func() {
			Await(r.ex, Async(r.ex, func() (int, error) {
				markHere(func() {
					r.ex.SetName("renamed")
					wantLabels(t, "the caller", "markHere", taskLabel("renamed"))
					r.ex.Yield()
					wantLabels(t, "the task", "markThere", taskLabel("renamed"))
				})
				return 0, nil
			}))
			Await(r.ex, Async(r.ex, func() (int, error) {
				r.ex.SetName("renamed at once")
				wantLabels(t, "while the caller runs", "markThere", taskLabel("renamed"))
				return 0, nil
			}))
			wantLabels(t, "after a wait that needed no poll more", "markThere", taskLabel("renamed at once"))
		})
	})
}

// A hand-written future that names its task leaves the loop's goroutine alone.
func TestLoopHasNoLabel(t *testing.T) {
	r := newRig(t)
	SpawnFuture[int](r.ex, &leaf{ready: true, onPoll: func(*future.Context) {
		r.ex.SetName("a future")
		markHere(func() { wantLabels(t, "in a Poll", "markHere", "") })
	}})
	r.run()
	markHere(func() { wantLabels(t, "in the loop", "markHere", "") })
}

// The program's own labels work, on top of the task's where they come from its context; and they end with the task.
func TestProgramsLabels(t *testing.T) {
	r := newRig(t)
	labels := pprof.Labels("step", "two")
	r.spawn(func() {
		r.ex.SetName("client 7")
		markHere(func() {
			pprof.Do(r.ex.Context(start), labels, func(context.Context) {
				wantLabels(t, "in Do", "markHere", `{"step":"two", "task":"client 7"}`)
				r.ex.Yield()
				wantLabels(t, "after a wait", "markHere", `{"step":"two", "task":"client 7"}`)
			})
			wantLabels(t, "after Do", "markHere", taskLabel("client 7"))
			pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), labels))
		})
	})
	r.spawn(func() {
		markHere(func() {
			wantLabels(t, "the next task", "markHere", taskLabel("executor.TestProgramsLabels.func2"))
			Await(r.ex, Async(r.ex, func() (int, error) {
				if name, _ := pprof.Label(r.ex.Context(start), labelKey); name != "executor.TestProgramsLabels.func2" {
					t.Errorf("the context of a nested coroutine has the label %q", name)
				}
				r.ex.SetName("client 8")
				if name, _ := pprof.Label(Async(r.ex, func() (int, error) { return 0, nil }).(*async[int]).rootContext(start), labelKey); name != "client 8" {
					t.Errorf("a context that is made after SetName has the label %q", name)
				}
				return 0, nil
			}))
		})
	})
}

// A context that is asked for after the task has got another name carries that, whatever was asked for before, and is
// the same context in all else.
func TestContextFollowsTheName(t *testing.T) {
	r := newRig(t)
	labels := pprof.Labels("step", "two")
	h := r.spawn(func() {
		markHere(func() {
			before := r.ex.Context(start)
			r.ex.SetName("client 7")
			r.ex.WithTimeout(time.Second, func() error {
				r.ex.Context(start)
				r.ex.SetName("client 8")
				ctx := r.ex.Context(start)
				pprof.Do(ctx, labels, func(context.Context) {
					wantLabels(t, "in Do", "markHere", `{"step":"two", "task":"client 8"}`)
				})
				wantLabels(t, "after Do", "markHere", taskLabel("client 8"))
				if at, ok := ctx.Deadline(); !ok || !at.Equal(start.Add(time.Second)) {
					t.Errorf("its deadline is %v", at)
				}
				return nil
			})
			r.ex.SetName("")
			if name, _ := pprof.Label(r.ex.Context(start), labelKey); name != functionAt(r.ex.current.body.entry()) {
				t.Errorf("without a name the label is %q", name)
			}
			r.ex.SetName("client 9")
			after := r.ex.Context(start)
			Await[int](r.ex, &leaf{})
			if before.Err() != context.Canceled || after.Err() != context.Canceled || context.Cause(after) != ErrCanceled {
				t.Errorf("after the cancel: %v, %v, %v", before.Err(), after.Err(), context.Cause(after))
			}
		})
	})
	h.Cancel()
	r.run()
	wantEnd(t, h, nil)
}

// However many functions there are, so many keep their notes.
func TestKindsAreBounded(t *testing.T) {
	var k kinds
	first := k.of(origin{})
	for entry := range uintptr(3 * maxKinds) {
		k.of(origin{entry: entry})
		if len(k.codes) > maxKinds {
			t.Fatalf("notes of %d functions", len(k.codes))
		}
	}
	again := k.of(origin{})
	if again == first || again.origin != first.origin {
		t.Errorf("the first ones are %v", again)
	}
	if k.of(origin{}) != again {
		t.Error("made anew each time")
	}
}

// A coroutine in a hand-written future shows under its own function, also when the task has values.
func TestLabelInAFutureWithValues(t *testing.T) {
	r := newRig(t)
	f := Async(r.ex, func() (int, error) {
		wantLabels(t, "in a future", "markHere")
		markHere(func() {
			wantLabels(t, "in a future", "markHere", taskLabel("executor.TestLabelInAFutureWithValues.func1"))
		})
		return 0, nil
	})
	SpawnFuture(r.ex, future.Func(func(cx *future.Context) (int, error) {
		r.ex.SetLocal(new(int), 1)
		return f.Poll(cx)
	}))
	r.run()
}
