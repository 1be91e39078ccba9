//go:build unix

package eddy_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

// profiled returns the labels of the goroutines on whose stacks a function stands, as a goroutine profile shows them.
func profiled(t *testing.T, function string) []string {
	t.Helper()
	var profile bytes.Buffer
	must(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
	var labels []string
	for block := range strings.SplitSeq(profile.String(), "\n\n") {
		if strings.Contains(block, function) {
			_, line, _ := strings.Cut(block, "# labels: ")
			line, _, _ = strings.Cut(line, "\n")
			labels = append(labels, line)
		}
	}
	slices.Sort(labels)
	return labels
}

//go:noinline
func handlesClient(wait func() error) { wait() }

// Profiles show a task under its name, else its function's, also while it waits; what the program adds stands beside it.
func TestProfilesNameTasks(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		sleep := func() error { return rt.Sleep(time.Hour) }
		rt.Spawn(func() { handlesClient(sleep) }).Named("client 7")
		rt.Spawn(func() {
			rt.SetName("client 8")
			handlesClient(sleep)
		})
		rt.Spawn(func() {
			rt.SetName("client 6")
			rt.Context() // a library asks early
			rt.SetName("client 9")
			pprof.Do(rt.Context(), pprof.Labels("step", "reply"), func(context.Context) { handlesClient(sleep) })
		})
		rt.Spawn(func() { handlesClient(sleep) })
		untilWaiting(t, rt, 4)
		got := profiled(t, "eddy_test.handlesClient+")
		want := []string{`{"step":"reply", "task":"client 9"}`, `{"task":"client 7"}`, `{"task":"client 8"}`}
		if len(got) != 4 || !slices.Equal(got[:3], want) || !strings.HasPrefix(got[3], `{"task":"eddy_test.TestProfilesNameTasks.`) {
			t.Errorf("the profile shows %q", got)
		}
	})
}

// Coroutines that one task has left carry the next one's label, and none when they are idle.
func TestLabelsDoNotOutliveTheirTask(t *testing.T) {
	forEachKernel(t, func(t *testing.T, rt *eddy.Runtime) {
		for range 10 {
			rt.Spawn(func() { rt.Yield() }).Named("client 7")
		}
		until(t, rt, "all but one have ended", func() bool { return len(rt.Tasks()) == 1 })
		if idle := profiled(t, "iter.Pull"); slices.Contains(idle, `{"task":"client 7"}`) {
			t.Errorf("the profile shows %q", idle)
		}
		rt.Spawn(func() {
			handlesClient(func() error {
				if got := profiled(t, "eddy_test.handlesClient+"); len(got) != 1 || !strings.Contains(got[0], "TestLabelsDoNotOutliveTheirTask") {
					t.Errorf("the next task shows under %q", got)
				}
				return nil
			})
		}).Join()
	})
}
