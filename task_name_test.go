//go:build unix

package eddy_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
	"github.com/eddy-go/eddy/internal/kernel"
)

// A name, from inside or from outside, shows in Tasks and in what others say they wait for.
func TestTaskNames(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		rt.SetName("main")
		sleeps := rt.Spawn(func() { rt.Sleep(time.Hour) }).Named("sleeper")
		joins := eddy.Spawn(rt, sleeps.Join).Named("joiner")
		eddy.SpawnFuture(rt, eddy.Sleep(time.Hour)).Named("future")
		untilWaiting(t, rt, 3)
		var names []string
		for _, task := range rt.Tasks() {
			names = append(names, task.Name)
			if task.Function == "" || task.Function == task.Name {
				t.Errorf("%s: the function is %q", task.Name, task.Function)
			}
		}
		if got := strings.Join(names, " "); got != "main sleeper joiner future" {
			t.Errorf("the tasks are %s", got)
		}
		if wait := rt.Tasks()[2].Wait; !strings.HasPrefix(wait, `task 2 "sleeper" (eddy_test.TestTaskNames.`) {
			t.Errorf("joiner waits for %s", wait)
		}
		sleeps.Cancel()
		joins.Join()
	})
}

// The report of a deadlock names who waits, and for whom.
func TestDeadlockNamesTheTasks(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		err := newRuntime(t, eddy.Config{}, k).BlockOn(func(rt *eddy.Runtime) error {
			rt.SetName("main")
			_, err := eddy.SpawnFuture(rt, forgotten{}).Named("forgotten").Join()
			return err
		})
		var deadlock *eddy.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Fatalf("BlockOn: %v", err)
		}
		for _, want := range []string{`task 1 "main" (eddy_test.TestDeadlockNamesTheTasks.`, `for task 2 "forgotten" (eddy_test.forgotten)`} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("no %q in %v", want, err)
			}
		}
	})
}

// A child of a group has a name and a label as any task, and its context does not carry those of the maker.
func TestNamesInAGroup(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		rt.SetName("maker")
		rt.Context()
		g := rt.Group()
		label := func() string {
			name, _ := pprof.Label(rt.Context(), "task")
			return name
		}
		g.Go(func() error {
			if got := label(); got != "child" {
				t.Errorf("the context of a named child has the label %q", got)
			}
			return nil
		}).Named("child")
		g.Go(func() error {
			if got := label(); !strings.HasPrefix(got, "eddy_test.TestNamesInAGroup.") {
				t.Errorf("the context of a child has the label %q", got)
			}
			return nil
		})
		must(t, g.Wait())
		if got := label(); got != "maker" {
			t.Errorf("the context of the maker has the label %q", got)
		}
	})
}

// OnPanic and the log learn the name of a task that panics.
func TestPanicNamesTheTask(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var told []eddy.TaskInfo
		c := eddy.Config{OnPanic: func(task eddy.TaskInfo, _ *eddy.PanicError) { told = append(told, task) }}
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() { panic("boom") }).Named("client 7")
			must(t, rt.Yield())
		})
		if len(told) != 1 || told[0].Name != "client 7" || !strings.Contains(told[0].Function, "task_name_test.go:") {
			t.Errorf("told %+v", told)
		}
	})
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		var log bytes.Buffer
		c := eddy.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			rt.Spawn(func() { panic("boom") }).Named("client 7")
			must(t, rt.Yield())
		})
		if text := log.String(); !strings.Contains(text, `task="client 7"`) || !strings.Contains(text, "task_name_test.go:") {
			t.Errorf("logged %s", text)
		}
	})
}

// F22: a task that receives from its context's Done channel freezes the loop; the report says who, on what and where.
func TestWatchdogNamesWhoReceivesFromDone(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		c, reports := watched()
		var s eddy.SlowPoll
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			ctx, cancel := context.WithCancel(rt.Context())
			reported := make(chan eddy.SlowPoll, 1)
			go func() {
				defer cancel() // or the task would stand there for ever
				for s := range reports {
					if bytes.Contains(s.Stack, []byte("eddy_test.receiveFromDone(")) {
						reported <- s
						return
					}
				}
			}()
			rt.Spawn(func() { receiveFromDone(ctx) }).Named("client 7").Join()
			s = <-reported
		})
		if s.Task.Name != "client 7" || !strings.Contains(s.Task.Function, "task_name_test.go:") || s.BlockedOn != "channel" || s.State != "chan receive" {
			t.Errorf("got %+v", s)
		}
	})
}

//go:noinline
func receiveFromDone(ctx context.Context) { <-ctx.Done() }

// F22: what is logged by default has the name and the function.
func TestSlowPollLogNamesTheTask(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		log := &lines{written: make(chan string, 16)}
		c := eddy.Config{SlowPoll: time.Millisecond, Logger: slog.New(slog.NewTextHandler(log, nil))}
		blockOn(t, newRuntime(t, c, k), func(t *testing.T, rt *eddy.Runtime) {
			rt.SetName("stands still")
			for line := ""; !strings.Contains(line, "blocked_on=channel"); {
				line = <-log.written
				if !strings.Contains(line, `task="stands still"`) || !strings.Contains(line, "function=\"eddy_test.") {
					t.Errorf("logged %s", line)
				}
			}
		})
	})
}

// Names are for tasks: elsewhere SetName panics.
func TestSetNameNeedsATask(t *testing.T) {
	onEachKernel(t, func(t *testing.T, k kernel.Kernel) {
		rt := newRuntime(t, eddy.Config{}, k)
		setName := func() { rt.SetName("nobody") }
		wantPanic(t, "SetName", setName, "no task running", "Handle.Spawn")
		blockOn(t, rt, func(t *testing.T, rt *eddy.Runtime) {
			h := rt.Spawn(func() { rt.Yield() })
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				wantPanic(t, "SetName", setName, "from another goroutine")
				wantPanic(t, "Named", func() { h.Named("nobody") }, "from another goroutine")
			}()
			<-ended
			_, err := eddy.Await(rt, future.Future[struct{}](pollFunc{fn: func() { rt.SetName("in a Poll") }}))
			must(t, err)
			if name := rt.Tasks()[0].Name; name != "in a Poll" {
				t.Errorf("the name is %q", name)
			}
		})
		wantPanic(t, "SetName after the end", setName, "no task running")
	})
}
