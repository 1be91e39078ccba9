package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
)

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
