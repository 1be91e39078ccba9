package sim

import (
	"os/exec"
	"strings"
	"testing"
)

// A test's name becomes one word of a shell, and a pattern that matches nothing else, level by level.
func TestReplayCommandQuotes(t *testing.T) {
	got := replayCommand("TestX/it's_a/test_(of_one)", 17)
	want := `go test -count=1 -run '^TestX$/^it'\''s_a$/^test_\(of_one\)$' github.com/eddy-go/eddy/sim -sim.seed=17`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err)
	}
	words, err := exec.Command("sh", "-c", `for word in `+got+`; do echo "$word"; done`).Output()
	if err != nil || strings.Count(string(words), "\n") != 7 || !strings.Contains(string(words), "\n^TestX$/^it's_a$/^test_\\(of_one\\)$\n") {
		t.Errorf("a shell reads %s, %v", words, err)
	}
}
