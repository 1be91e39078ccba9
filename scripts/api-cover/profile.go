package main

import (
	"fmt"
	"strings"
)

// coverage holds the blocks that were executed, by file (its path from the module's root).
type coverage map[string][]block

// block is a piece of a function.
type block struct{ first, last position }

// parseProfile reads a profile as go test -coverprofile writes it. With -coverpkg a block stands in it once for each
// package that was tested; one execution is enough.
func parseProfile(text string) (coverage, error) {
	executed := coverage{}
	for n, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if n == 0 && strings.HasPrefix(line, "mode: ") {
			continue
		}
		path, rest, found := strings.Cut(line, ".go:")
		var b block
		var statements, count int
		_, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d",
			&b.first.line, &b.first.column, &b.last.line, &b.last.column, &statements, &count)
		if !found || err != nil {
			return nil, fmt.Errorf("line %d is no line of a coverage profile: %q", n+1, line)
		}
		if count > 0 {
			file := strings.TrimPrefix(path, module+"/") + ".go"
			executed[file] = append(executed[file], b)
		}
	}
	return executed, nil
}

// any reports whether some part of f was executed.
func (c coverage) any(f function) bool {
	for _, b := range c[f.file] {
		if !b.first.before(f.first) && !f.last.before(b.first) {
			return true
		}
	}
	return false
}
