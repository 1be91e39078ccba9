package main

import (
	"fmt"
	"os"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/load"
	"github.com/eddy-go/eddy/cmd/echo-server/internal/loadreport"
)

// progressPeriod is how often the line about the progress is rewritten. Picked: lively, and still readable.
const progressPeriod = 250 * time.Millisecond

// clearLine goes to the beginning of a terminal's line and empties it.
const clearLine = "\r\x1b[K"

// progressLine is one line that is rewritten while a run goes on. Terminals may stand still (Ctrl-S), so it is written
// outside of the loop; the task waits, and the line is late, but the load is not.
type progressLine struct {
	run   *load.Run
	out   *terminal
	shown bool
}

// show is the task. The end of the runtime ends it.
func (l *progressLine) show(rt *eddy.Runtime) {
	for rt.Sleep(progressPeriod) == nil {
		text := clearLine + cut(loadreport.Progress(l.run.Plan(), l.run.Look()), l.out.width())
		l.shown = true
		_, err := eddy.Await(rt, eddy.Offload(rt, func() (int, error) { return l.out.WriteString(text) }))
		if err != nil {
			return
		}
	}
}

// clear takes the line away.
func (l *progressLine) clear() {
	if l.shown {
		fmt.Fprint(l.out, clearLine)
	}
}

// cut keeps a text from reaching a second line, which could not be rewritten. 0 is a terminal that does not tell its
// width.
func cut(text string, width int) string {
	if runes := []rune(text); width > 0 && len(runes) >= width {
		return string(runes[:width-1])
	}
	return text
}

// terminal is a file that is one.
type terminal struct{ *os.File }

// terminalOf returns w as a terminal, or nil if it is none.
func terminalOf(w any) *terminal {
	if f, ok := w.(*os.File); ok && isTerminal(f) {
		return &terminal{f}
	}
	return nil
}
