//go:build linux

package differential

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/eddy-go/eddy/eddytest"
)

// writtenSeeds are those of the simulations that each written program goes through. Picked.
var writtenSeeds = []uint64{1, 2, 3, 4, 5}

// Programs that were written by hand, or once failed.
func TestWrittenPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/programs/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			eddytest.Baseline(t)
			p := read(t, file)
			newComparison(t).compare(t, p, writtenSeeds, true)
		})
	}
}

func read(t *testing.T, file string) Program {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(string(text))
	if err != nil {
		t.Fatal(file, err)
	}
	return p
}

// A program that is printed can be run again.
func TestProgramsAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := programs().Draw(t, "program")
		again, err := parse(p.String())
		if err != nil || again.String() != p.String() || len(again) != len(p) {
			t.Fatalf("%v: got\n%v", err, again)
		}
	})
	for _, text := range []string{"dial", "dial c9 tcp", "dial c0", "write c0", "write c0 x", "close s0 7", "jump c0", "listen tcp & &"} {
		if p, err := parse(text); err == nil {
			t.Errorf("%q: %v", text, p)
		}
	}
}
