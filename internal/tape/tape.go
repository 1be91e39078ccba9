// Package tape is where every decision of a simulation comes from, and where all that happens is written down: the
// source of its chance and the sum of its history. Two runs with equal sums made the same decisions and saw the same
// kernel calls, in the same order, at the same virtual times.
//
// A Tape belongs to one world and is for one goroutine at a time. Drawing and recording allocate nothing, unless a
// text trace is asked for; the sum is the same with and without.
package tape

import (
	"io"
	"math/rand/v2"
	"time"
)

// Tape draws decisions, from a seed or from given bytes, and sums up what happens.
type Tape struct {
	chance *rand.PCG // nil: the decisions come from given
	given  []byte

	sum     uint64
	entries uint64
	trace   trace
}

// stream is the second half of the generator's state: any number would do, but it must stay as it is, or every seed
// would mean another run.
const stream = 0x9e3779b97f4a7c15

// Seeded draws from a generator that is the same everywhere and for ever (PCG).
func Seeded(seed uint64) *Tape { return &Tape{chance: rand.NewPCG(seed, stream)} }

// Recorded takes its decisions from b. When b is used up every decision is the first choice, no chance comes true and
// every duration is the shortest. That is what a fuzzer wants: an empty tape is the plain run.
func Recorded(b []byte) *Tape { return &Tape{given: b} }

// Sum is the hash over every decision and entry so far.
func (t *Tape) Sum() uint64 { return t.sum }

// Entries is how many decisions and entries there were.
func (t *Tape) Entries() uint64 { return t.entries }

// Trace has every decision and entry from now on written to w, a line each. nil ends that.
func (t *Tape) Trace(w io.Writer) { t.trace.to = w }

// Entry is one thing that happened: a kernel call, a delivery, a crash.
type Entry struct {
	At     time.Duration
	Host   string // "" for the world's own
	What   string // "read", "accept", "deliver", "crash" ...
	FD     int
	Arg    uint64 // what the call was given: a length, a token, a checksum ...
	Result uint64
	Errno  uintptr
}

// Record writes down what happened.
func (t *Tape) Record(e Entry) {
	t.entries++
	h := mixString(t.sum, e.Host)
	h = mixString(h, e.What)
	h = mix(h, uint64(e.At))
	h = mix(h, uint64(e.FD))
	h = mix(h, e.Arg)
	h = mix(h, e.Result)
	t.sum = mix(h, uint64(e.Errno))
	if t.trace.to != nil {
		t.trace.entry(&e)
	}
}

// decided writes down a decision.
func (t *Tape) decided(what string, result uint64) {
	t.entries++
	t.sum = mix(mixString(t.sum, what), result)
	if t.trace.to != nil {
		t.trace.decision(what, result)
	}
}
