package sim

import (
	"os"
	"path/filepath"
	"testing"
)

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
