package sim

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
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

// The trace file keeps what earlier Runs wrote, and of each Run its last section.
func TestTraceFile(t *testing.T) {
	defer func(old string) { flags.trace = old }(flags.trace)
	flags.trace = filepath.Join(t.TempDir(), "trace")
	for _, run := range [][]string{{"a", "a, longer than the next"}, {"b", "b again", "c"}} {
		f := openTrace(t)
		for _, title := range run {
			f.section(title).Write([]byte("line of " + title + "\n"))
		}
		f.close()
	}
	got, err := os.ReadFile(flags.trace)
	if err != nil {
		t.Fatal(err)
	}
	if want := "# a, longer than the next\nline of a, longer than the next\n# c\nline of c\n"; string(got) != want {
		t.Errorf("%s", got)
	}
}

// Of a long log the last lines are kept.
func TestJournalKeepsTheLastLines(t *testing.T) {
	w := New(1, Config{})
	w.Host("talker", func(rt *eddy.Runtime) error {
		for range 100 {
			w.hosts[0].config.Logger.Info("tick")
			if err := rt.Sleep(time.Second); err != nil {
				return err
			}
		}
		return nil
	})
	w.Run(time.Hour)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(w.journal.String(), "\n")
	if len(lines) != journalLines || !strings.HasPrefix(lines[0], "time=36.0") || !strings.HasSuffix(lines[63], "level=INFO msg=tick host=talker") {
		t.Errorf("%d lines: %q ... %q", len(lines), lines[0], lines[len(lines)-1])
	}
}
