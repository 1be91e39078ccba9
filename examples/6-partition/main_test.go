package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/eddy-go/eddy/examples/internal/program"
)

// One answer comes late, all come, and a seed repeats the run to the byte.
func TestPartitionOnlyDelays(t *testing.T) {
	binary := program.Build(t)
	output := func(seed string) string {
		out, err := exec.Command(binary, seed).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	first := output("7")
	if n := strings.Count(first, "answered after"); n != 6 || !strings.Contains(first, "has ended: <nil>") {
		t.Errorf("%d answers:\n%s", n, first)
	}
	if again := output("7"); again != first {
		t.Errorf("once\n%s\nand once\n%s", first, again)
	}
	if other := output("8"); other == first {
		t.Errorf("seeds 7 and 8 are the same run:\n%s", first)
	}
}
