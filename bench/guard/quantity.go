//go:build linux

package main

import (
	"fmt"
	"math"
)

// rule says how much a quantity may grow over its baseline.
type rule int

const (
	share rule = iota // by a twentieth of it
	sized             // by a twentieth of it, or by a few: stacks come in spans of 32 KiB, and Go's runtime has its moods
	exact             // not at all, but for what the clock causes once in a run
	whole             // not at all, to a whole number: where now and then may be a dozen, such as a new thread's calls
)

// growth is how much more than its baseline a quantity may be, as a share of the baseline.
const growth = 0.05

// few bytes or instructions are what a quantity may grow by, however small it is. Measured: 8 bytes, one span more for
// 4000 connections; 8 instructions of Go's runtime.
const few = 16

// once is what one thing that happened by the clock adds to what is counted exactly. Picked: more than one in the fewest
// that are counted, 60 crowds, and far less than one in each.
const once = 0.02

// quantity is one thing that was measured.
type quantity struct {
	group string // which measurement it comes from, as -only names it
	name  string // what of which server, as the baseline file names it
	value float64
	rule  rule
}

// verdict compares a quantity with its baseline.
type verdict int

const (
	same verdict = iota
	grown
	shrunk
)

func (q quantity) against(baseline float64) verdict {
	low, high := baseline*(1-growth), baseline*(1+growth)
	switch q.rule {
	case exact:
		low, high = baseline-once, baseline+once
	case sized:
		low, high = min(low, baseline-few), max(high, baseline+few)
	case whole:
		low, high = baseline-0.5, baseline+0.5
	}
	switch {
	case q.value > high:
		return grown
	case q.value < low:
		return shrunk
	}
	return same
}

func (q quantity) text(value float64) string {
	if q.rule == exact || q.rule == whole {
		return fmt.Sprintf("%.2f", hundredths(value))
	}
	return fmt.Sprintf("%.0f", value)
}

// rounded is the value as the baseline keeps it.
func (q quantity) rounded() float64 {
	if q.rule == exact {
		return hundredths(q.value)
	}
	return math.Round(q.value) + 0
}

// hundredths rounds. The sum makes a negative zero a plain one.
func hundredths(value float64) float64 { return math.Round(100*value)/100 + 0 }

func (v verdict) String() string { return [...]string{"ok", "MORE", "less"}[v] }
