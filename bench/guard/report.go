//go:build linux

package main

import (
	"fmt"
	"io"
)

// report compares with the baseline and prints a table. It returns whether something has grown. A quantity without a
// baseline counts as grown: it is accepted by -update, as any growth is.
func report(out io.Writer, found []quantity, now conditions, b *baseline) (red bool) {
	if now.Go != b.TakenWith.Go || now.Platform != b.TakenWith.Platform {
		fmt.Fprintf(out, "The baseline was taken with %s on %s, this is %s on %s: sizes and instructions may differ for that reason alone.\n\n",
			b.TakenWith.Go, b.TakenWith.Platform, now.Go, now.Platform)
	}
	var grew, fell []string
	for _, q := range found {
		a := b.find(q.name)
		switch {
		case a == nil:
			grew = append(grew, fmt.Sprintf("%s: %s, and no baseline", q.name, q.text(q.value)))
			fmt.Fprintf(out, "%-6s %-72s %10s  no baseline\n", grown, q.name, q.text(q.value))
			continue
		case q.against(a.Value) == grown:
			grew = append(grew, q.change(a))
		case q.against(a.Value) == shrunk:
			fell = append(fell, q.change(a))
		}
		fmt.Fprintf(out, "%-6s %-72s %10s  baseline %s\n", q.against(a.Value), q.name, q.text(q.value), q.text(a.Value))
	}
	if len(fell) > 0 {
		fmt.Fprintln(out, "\nLess than the baseline:")
		list(out, fell)
		fmt.Fprintln(out, "  Hold what was won: go run ./guard -update (in bench/), and commit baseline.json.")
	}
	if len(grew) > 0 {
		fmt.Fprintln(out, "\nFAIL: more than the baseline:")
		list(out, grew)
		fmt.Fprint(out, more)
	}
	return len(grew) > 0
}

const more = `
To see more, in bench/:
  go run ./guard -only GROUPS -keep /tmp/guard    GROUPS, with commas: counters, strace, allocations, memory, instructions
  less /tmp/guard/echo-server.strace              each kernel call of each thread
  callgrind_annotate /tmp/guard/echo-server.echo.callgrind-NN    the largest one is the loop's thread
To accept it: go run ./guard -update, say why in baseline.json, and commit that with the change.
`

func list(out io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(out, "  "+line)
	}
}

func (q quantity) change(a *accepted) string {
	by := fmt.Sprintf("%+.2f", q.value-a.Value)
	if a.Value != 0 {
		by += fmt.Sprintf(", %+.1f %%", 100*(q.value/a.Value-1))
	}
	text := fmt.Sprintf("%s: %s instead of %s (%s)", q.name, q.text(q.value), q.text(a.Value), by)
	if a.Why != "" {
		text += "\n    its baseline: " + a.Why
	}
	return text
}
