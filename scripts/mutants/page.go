package main

import (
	"fmt"
	"os"
	"strings"
)

// page is where the result stands, between two marks.
const (
	page  = "docs/reliability.md"
	begin = "<!-- mutants: begin -->\n"
	end   = "<!-- mutants: end -->\n"
)

// writePage replaces what stands between the marks.
func writePage(results []result) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s lacks the marks %q and %q", page, begin, end)
	}
	return os.WriteFile(page, []byte(before+begin+rows(results)+end+after), 0o644)
}

func rows(results []result) string {
	var b strings.Builder
	b.WriteString("| | file | the line | broken to | red | seeds needed |\n|---|---|---|---|---|---|\n")
	for _, r := range results {
		seeds := "-"
		if r.seed != "" {
			seeds = r.seed
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | `%s` `%s` | %s |\n", r.Rule, r.File, code(r.Old), code(r.New), r.Package, r.by, seeds)
	}
	return b.String()
}

// code puts a piece of source on one line of a table.
func code(source string) string {
	line := strings.Join(strings.Fields(source), " ")
	if line == "" {
		return "(nothing)"
	}
	return "`" + strings.ReplaceAll(line, "|", `\|`) + "`"
}
