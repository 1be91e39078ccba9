package docs_test

import (
	"os"
	"strings"
	"testing"
)

// The test that simulation.md shows is one that runs, word for word.
func TestSimulationShowsATestThatRuns(t *testing.T) {
	page, err := os.ReadFile("simulation.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../sim/documented/partition_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```go\n"+string(source)+"```\n") {
		t.Error("simulation.md does not show sim/documented/partition_test.go")
	}
}
