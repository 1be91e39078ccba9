//go:build linux

// Program guard measures what an echo and an idle connection cost, in things that can be counted, and fails when one
// has grown over its baseline. It measures no time, and it passes on a busy machine.
//
//	go run ./guard               measure all, compare with guard/baseline.json
//	go run ./guard -only memory  some groups: counters, strace, allocations, memory, instructions
//	go run ./guard -update       accept what is measured now as the new baseline
//	go run ./guard -keep DIR     leave traces and profiles there
//
// The servers are the programs of the tree, each in a process of its own, with one file more (probe). The clients are in
// the guard's process and go in lock step. Needs Linux, strace and valgrind.
//
// Exit codes: 0 if nothing has grown, 1 if something has, 2 if it could not be measured.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// programs are the servers that are measured.
var programs = []*program{
	{name: "echo-server", pkg: "cmd/echo-server", stats: true, args: []string{"run", "--idle-timeout", "1h", "--max-conns", "20000", "--log-format", "json", "--listen", "{address}"}},
	{name: "echo-future", pkg: "examples/echo-future", args: []string{"{port}"}},
}

// measurements are the groups of quantities, in the order of the table.
var measurements = []struct {
	group   string
	measure func(p *program, dir string) ([]quantity, error)
	stats   bool // only for programs that report their counters
}{
	{"counters", (*program).count, true},
	{"strace", (*program).trace, false},
	{"allocations", (*program).allocations, false},
	{"memory", (*program).idleMemory, false},
	{"instructions", (*program).instructions, false},
}

func main() {
	red, err := run(os.Args[1:], os.Stdout)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "guard:", err)
		os.Exit(2)
	case red:
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) (red bool, err error) {
	flags := flag.NewFlagSet("guard", flag.ContinueOnError)
	only := flags.String("only", "", "measure only these `groups`, separated by commas")
	update := flags.Bool("update", false, "write what is measured into "+baselineFile())
	keep := flags.String("keep", "", "leave traces and profiles in this `directory`")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if err := tools(); err != nil {
		return false, err
	}
	groups, err := groupsOf(*only)
	if err != nil {
		return false, err
	}
	dir, remove, err := workplace(*keep)
	if err != nil {
		return false, err
	}
	defer remove()
	found, err := measure(programs, dir, groups, nil)
	if err != nil {
		return false, err
	}
	b, err := readBaseline()
	if err != nil && !(*update && errors.Is(err, os.ErrNotExist)) {
		return false, err
	}
	if *update {
		b.accept(found, here(), *only == "")
		for _, q := range b.Quantities {
			if q.Why == "" {
				fmt.Fprintf(out, "%s: write into %s why it is %v\n", q.Name, baselineFile(), q.Value)
			}
		}
		return false, b.write()
	}
	return report(out, found, here(), &b), nil
}

// workplace returns a directory for what is built and written: keep, or one that remove removes.
func workplace(keep string) (dir string, remove func(), err error) {
	if keep == "" {
		dir, err = os.MkdirTemp("", "guard")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	if dir, err = filepath.Abs(keep); err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	return dir, func() {}, err
}

// tools says which programs are missing, and which packages of Debian have them.
func tools() error {
	var missing []string
	for _, tool := range []string{"strace", "valgrind"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing: %s (apt-get install %[1]s)", strings.Join(missing, " "))
	}
	return nil
}

// groupsOf reads -only. Nothing is all.
func groupsOf(only string) ([]string, error) {
	var all []string
	for _, m := range measurements {
		all = append(all, m.group)
	}
	if only == "" {
		return all, nil
	}
	groups := strings.Split(only, ",")
	for _, g := range groups {
		if !slices.Contains(all, g) {
			return nil, fmt.Errorf("-only %s: not one of %s", g, strings.Join(all, ", "))
		}
	}
	return groups, nil
}

// measure builds the programs and measures some groups of quantities. replaced is for build.
func measure(programs []*program, dir string, groups []string, replaced map[string]string) ([]quantity, error) {
	var found []quantity
	for _, p := range programs {
		var err error
		if p.binary, err = build(dir, p.pkg, replaced); err != nil {
			return nil, err
		}
		for _, m := range measurements {
			if !slices.Contains(groups, m.group) || m.stats && !p.stats {
				continue
			}
			some, err := m.measure(p, dir)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", p.name, m.group, err)
			}
			found = append(found, some...)
		}
	}
	return found, nil
}
