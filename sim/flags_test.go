package sim_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy/sim"
)

// What the flags do, for a child process: two Runs in one test.
func TestSeedsInChild(t *testing.T) {
	if os.Getenv(inChild) == "" {
		t.Skip("is for the tests of the flags")
	}
	for _, seed := range []uint64{7, 8} {
		sim.Run(t, seed, func(w *sim.World) {
			fmt.Printf("ran %d\n", w.Seed())
			w.Run(time.Duration(w.Rand().IntN(1000)))
		})
	}
}

// -sim.seed and -sim.seeds say which seeds run, and each run is logged with its hash.
func TestSeedFlags(t *testing.T) {
	for _, c := range []struct {
		args string
		ran  []int
		logs string
	}{
		{"", []int{7, 8}, "1 seed from 7"},
		{"-sim.seed=0x10", []int{16, 16}, "1 seed from 16"},
		{"-sim.seeds=3", []int{7, 8, 9, 8, 9, 10}, "3 seeds from 8"},
		{"-sim.seed=0 -sim.seeds=2", []int{0, 1, 0, 1}, "2 seeds from 0"},
	} {
		output, failed := again(t, "^TestSeedsInChild$", strings.Fields(c.args)...)
		if failed {
			t.Errorf("%s failed:\n%s", c.args, output)
		}
		ran := ""
		for _, seed := range c.ran {
			ran += fmt.Sprintf("ran %d\n", seed)
		}
		if got := strings.Join(regexp.MustCompile(`ran \d+\n`).FindAllString(output, -1), ""); got != ran {
			t.Errorf("%s: got\n%s want\n%s", c.args, got, ran)
		}
		wantIn(t, output, "flags_test.go:", "sim: "+c.logs+", trace hash ")
	}
}

// The hash of one seed among many is that of the seed alone, and many make another.
func TestHashOfManySeeds(t *testing.T) {
	hashes := func(args ...string) []string {
		output, _ := again(t, "^TestSeedsInChild$", args...)
		return regexp.MustCompile(`hash [0-9a-f]{16}`).FindAllString(output, -1)
	}
	one, last, both, repeated := hashes("-sim.seed=7"), hashes("-sim.seed=8"), hashes("-sim.seed=7", "-sim.seeds=2"), hashes("-sim.seed=7", "-sim.seeds=2")
	if len(one) != 2 || one[0] != one[1] || !slices.Equal(both, repeated) || one[0] == both[0] || last[0] == both[0] {
		t.Errorf("seed 7 %v, seed 8 %v, both %v and %v", one, last, both, repeated)
	}
}

// A flag's value that makes no sense is refused, and the message says what would.
func TestBadFlags(t *testing.T) {
	for arg, want := range map[string]string{
		"-sim.seed=x":             `invalid value "x" for flag -sim.seed: want a number from 0 to 18446744073709551615`,
		"-sim.seed=-1":            "want a number from 0",
		"-sim.seeds=0":            "-sim.seeds: must be at least 1",
		"-sim.seeds=many":         "want a number from 0",
		"-sim.trace=/nowhere/at/": "-sim.trace: open /nowhere/at/: ",
	} {
		output, failed := again(t, "^TestSeedsInChild$", arg)
		if !failed {
			t.Errorf("%s was taken", arg)
		}
		wantIn(t, output, want)
	}
}

// The trace has a section for each Run; of many seeds, the last.
func TestTraceSections(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(file, []byte("of an earlier process"), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, failed := again(t, "^TestSeedsInChild$", "-sim.seeds=3", "-sim.trace="+file); failed {
		t.Fatal(output)
	}
	text, err := os.ReadFile(file)
	must(t, err)
	want := regexp.MustCompile(`^# TestSeedsInChild seed 9\n( .*\n)+# TestSeedsInChild seed 10\n( .*\n)+$`)
	if !want.Match(text) {
		t.Errorf("%s", text)
	}
}
