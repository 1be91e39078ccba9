//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// instructionRounds is how often each is measured, for the median. Measured: how stacks grow at the start varies by 40 000
// instructions or so, a few hundredths of a percent of what these runs count.
const instructionRounds = 3

// loopPackage is what only the loop's thread executes much of.
const loopPackage = "github.com/eddy-go/eddy/internal/reactor"

// How many echoes a run makes, in one way or the other.
const (
	echoRun  = 8000
	crowdRun = 125 // of each client
)

// instructions measures what the server executes for an echo in user space, under callgrind: one run makes echoes, one
// all but that, and the difference is what counts.
//
// Only the loop's thread is counted. Go's own runtime stands apart: what it does when a thread comes
// back from a wait depends on how long that took.
func (p *program) instructions(dir string) ([]quantity, error) {
	type cost struct{ own, system []float64 }
	var echo, crowd cost
	for range instructionRounds {
		start, err := p.callgrind(dir, "start", 0, 0)
		if err != nil {
			return nil, err
		}
		for _, run := range []struct {
			name           string
			echoes, crowds int
			cost           *cost
		}{{"echo", echoRun, 0, &echo}, {"crowd", 0, crowdRun, &crowd}} {
			all, err := p.callgrind(dir, run.name, run.echoes, run.crowds)
			if err != nil {
				return nil, err
			}
			own, system := difference(start, all, float64(run.echoes+run.crowds*crowdSize))
			run.cost.own, run.cost.system = append(run.cost.own, own), append(run.cost.system, system)
		}
	}
	return []quantity{
		{"instructions", p.name + ": instructions per echo, without Go's runtime", median(echo.own), share},
		{"instructions", p.name + ": instructions per echo, in Go's runtime", median(echo.system), sized},
		{"instructions", p.name + ": instructions per echo of 64 at once, without Go's runtime", median(crowd.own), share},
		{"instructions", p.name + ": instructions per echo of 64 at once, in Go's runtime", median(crowd.system), sized},
	}, nil
}

// difference returns what each echo has added, without Go's runtime and in it.
func difference(start, all map[string]float64, echoes float64) (own, system float64) {
	for pkg, n := range all {
		n = (n - start[pkg]) / echoes
		if isRuntime(pkg) {
			system += n
		} else {
			own += n
		}
	}
	return own, system
}

func isRuntime(pkg string) bool {
	return pkg == "runtime" || strings.HasPrefix(pkg, "internal/runtime/") || strings.HasPrefix(pkg, "runtime/")
}

// callgrind makes one run and returns the instructions of the loop's thread by package.
func (p *program) callgrind(dir, name string, echoes, crowds int) (map[string]float64, error) {
	file := filepath.Join(dir, p.name+"."+name+".callgrind")
	threads := func() ([]string, error) { return filepath.Glob(file + "-[0-9]*") }
	before, err := threads()
	if err != nil {
		return nil, err
	}
	for _, old := range before { // an earlier run may have had more threads
		if err := os.Remove(old); err != nil {
			return nil, err
		}
	}
	s, err := p.start(dir, "valgrind", "--tool=callgrind", "--separate-threads=yes",
		"--callgrind-out-file="+file, "--log-file="+file+".log")
	if err != nil {
		return nil, err
	}
	defer s.kill()
	w, err := s.gather()
	if err != nil {
		return nil, err
	}
	defer w.end()
	for _, step := range []func() error{
		func() error { return w.clients[0].echo(echoes) },
		func() error { return w.echo(crowds) },
		s.quiet, s.stop,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%w (%s.log may say more)", err, file)
		}
	}
	written, err := threads()
	if err != nil {
		return nil, err
	}
	var loop map[string]float64
	for _, thread := range written {
		text, err := os.ReadFile(thread)
		if err != nil {
			return nil, err
		}
		if costs := selfCosts(string(text)); costs[loopPackage] > loop[loopPackage] {
			loop = costs
		}
	}
	if loop == nil {
		return nil, fmt.Errorf("callgrind has seen no loop: see %s.log", file)
	}
	return loop, nil
}

// selfCosts adds up a callgrind file by package. A line "fn=(id) name" begins a function, whose name stands there the
// first time only; lines that begin with a position are costs; the one after "calls=" is of the callee.
func selfCosts(text string) map[string]float64 {
	costs, names := make(map[string]float64), make(map[string]string)
	pkg, callee := "", false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch key, value, _ := strings.Cut(line, "="); {
		case line == "":
		case key == "fn" || key == "cfn":
			id, name, named := strings.Cut(value, " ")
			if named {
				names[id] = packageOf(name)
			}
			if key == "fn" {
				pkg = names[id]
			}
		case key == "calls":
			callee = true
		case strings.ContainsRune("0123456789+-*", rune(line[0])):
			if fields := strings.Fields(line); len(fields) == 2 && !callee {
				n, _ := strconv.ParseFloat(fields[1], 64)
				costs[pkg] += n
			}
			callee = false
		}
	}
	return costs
}

// packageOf returns the import path in a function's name: what stands before the first dot after the last slash, where
// brackets of type arguments do not count.
func packageOf(function string) string {
	function, _, _ = strings.Cut(function, "[")
	slash := strings.LastIndexByte(function, '/') + 1
	name, _, _ := strings.Cut(function[slash:], ".")
	return function[:slash] + name
}
