package sim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/eddy-go/eddy/sim"
)

// For TestCheck: a scenario that depends on the runs before it, from the second seed on.
func TestUndecidedInChild(t *testing.T) {
	if os.Getenv(inChild) == "" {
		t.Skip("is for TestCheck")
	}
	runs := time.Duration(0)
	sim.Run(t, 7, func(w *sim.World) {
		fmt.Printf("ran %d\n", w.Seed())
		w.Host("host", wait)
		if w.Seed() > 7 {
			w.Run(runs)
		}
		w.Run(time.Second)
		runs++
	})
}

// For TestCheck: a scenario that fails when it runs for the second time.
func TestSecondRunFailsInChild(t *testing.T) {
	if os.Getenv(inChild) == "" {
		t.Skip("is for TestCheck")
	}
	runs := 0
	sim.Run(t, 7, func(w *sim.World) {
		if runs++; runs == 2 {
			t.Error("no more")
		}
	})
}

// -sim.check fails a test whose two runs of one seed differ, and no other.
func TestCheck(t *testing.T) {
	if output, failed := again(t, "^TestEventfulInChild$", "-sim.seeds=20", "-sim.check"); failed {
		t.Errorf("a repeatable test failed:\n%s", output)
	}
	if output, failed := again(t, "^TestUndecidedInChild$", "-sim.seeds=3"); failed {
		t.Errorf("it failed without -sim.check:\n%s", output)
	}
	file := filepath.Join(t.TempDir(), "trace")
	output, failed := again(t, "^TestUndecidedInChild$", "-sim.seeds=3", "-sim.check", "-sim.trace="+file)
	if !failed {
		t.Errorf("it did not fail:\n%s", output)
	}
	hashes := regexp.MustCompile(`sim: seed 8 has made two different runs, trace hashes ([0-9a-f]{16}) and ([0-9a-f]{16}): this test depends on`).FindStringSubmatch(output)
	if hashes == nil || hashes[1] == hashes[2] {
		t.Errorf("no two hashes of seed 8 in:\n%s", output)
	}
	wantIn(t, output, "ran 7\nran 7\nran 8\nran 8\n", "replay: go test -count=1 -run '^TestUndecidedInChild$' github.com/eddy-go/eddy/sim -sim.seed=8 -sim.check\n")
	text, err := os.ReadFile(file)
	must(t, err)
	if !regexp.MustCompile(`^# TestUndecidedInChild seed 8\n([^#].*\n)+# TestUndecidedInChild seed 8 again\n([^#].*\n)+$`).Match(text) {
		t.Errorf("the trace has other sections: %s", text)
	}

	output, failed = again(t, "^TestSecondRunFailsInChild$", "-sim.check")
	if !failed {
		t.Errorf("it did not fail:\n%s", output)
	}
	wantIn(t, output, "no more", "sim: seed 7, in its second run, failed", "-sim.seed=7 -sim.check\n")
}
