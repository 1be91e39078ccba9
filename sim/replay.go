package sim

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
)

// decisions names what decides a run.
func (r *run) decisions() string {
	switch {
	case r.taped:
		return "this tape"
	case r.again:
		return fmt.Sprintf("seed %d, in its second run,", r.seed)
	}
	return fmt.Sprintf("seed %d", r.seed)
}

// replay tells how to have a run again, on a line of its own. Who made a tape has it.
func (r *run) replay() string {
	command := "\nreplay: " + replayCommand(r.t.Name(), r.seed)
	switch {
	case r.taped:
		return ""
	case r.again:
		return command + " -sim.check"
	}
	return command
}

// replayCommand returns the command that runs one test with one seed, from anywhere in its module.
func replayCommand(test string, seed uint64) string {
	names := strings.Split(test, "/")
	for i, name := range names {
		names[i] = "^" + regexp.QuoteMeta(name) + "$"
	}
	return fmt.Sprintf("go test -count=1 -run %s %s -sim.seed=%d", quote(strings.Join(names, "/")), testedPackage(), seed)
}

// testedPackage returns the import path of the package whose test binary this is. A binary that was built from a list of
// files has none; it is run where it was built.
func testedPackage() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "."
	}
	path, ok := strings.CutSuffix(info.Path, ".test")
	if !ok || path == "command-line-arguments" {
		return "."
	}
	return path
}

// quote makes one word for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
