package sim_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/sim"
)

// The scenarios that fail, for the child process.
func TestFailingScenario(t *testing.T) {
	if os.Getenv(inChild) == "" {
		t.Skip("is for TestFailures")
	}
	for _, f := range failing {
		t.Run(f.name, func(t *testing.T) {
			sim.Run(t, 5, func(w *sim.World) { f.scenario(t, w) })
			t.Error("the test went on")
		})
	}
}

// A scenario may skip its test, and is unwound as by t.Fatal.
func TestSkip(t *testing.T) {
	eddytest.Baseline(t)
	t.Run("scenario", func(t *testing.T) {
		sim.Run(t, 1, func(w *sim.World) {
			w.Host("host", wait)
			w.Run(time.Second)
			t.Skip("not today")
		})
		t.Error("the test went on")
	})
}

// However a scenario fails, the test ends in order, with all hosts unwound, and says how to see it again.
func TestFailures(t *testing.T) {
	replay := regexp.MustCompile(`sim: seed 5 failed, trace hash [0-9a-f]{16}\n +replay: go test -count=1 -run '\^TestFailingScenario\$/\^\w+\$' \S+/sim -sim.seed=5\n`)
	for _, f := range failing {
		t.Run(f.name, func(t *testing.T) {
			name := strings.ReplaceAll(f.name, " ", "_")
			output, failed := again(t, "^TestFailingScenario$/^"+name+"$", "-sim.seeds=3")
			if !failed {
				t.Error("it did not fail")
			}
			wantIn(t, output, append(f.prints, "--- FAIL: TestFailingScenario/"+name)...)
			for _, part := range []string{"not reached", "the test went on", "FailNow on a parent", "\npanic: ", "seed 6"} {
				if strings.Contains(output, part) {
					t.Errorf("%q in:\n%s", part, output)
				}
			}
			if strings.Contains(output, "blocked goroutines remain") && f.name != "left goroutine" {
				t.Errorf("the bubble could not end:\n%s", output)
			}
			if strings.Contains(output, "never ran:") && f.name != "never ran" {
				t.Errorf("that is no news:\n%s", output)
			}
			if n := strings.Count(output, "host sleeper: "); n > 1 {
				t.Errorf("%d reports of one host in:\n%s", n, output)
			}
			if !replay.MatchString(output) {
				t.Errorf("no replay command in:\n%s", output)
			}
		})
	}
}
