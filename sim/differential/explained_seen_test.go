//go:build linux

package differential

import (
	"testing"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/sim"
)

// seedsUntilSeen bounds the search for a seed that shows a difference. Picked: most of them show in one of ten.
const seedsUntilSeen = 500

// Whatever the table explains happens, and its explanation fits.
func TestExplainedDifferencesHappen(t *testing.T) {
	programs := map[string]string{
		"size of buffers": `
			listen tcp
			dial c0 tcp
			accept s0 tcp
			flood c0
			reset c0
			read-end s0`,
		"who is told of a reset": `
			listen tcp
			dial c0 tcp
			accept s0 tcp
			read c0 1
			flood c0
			close s0`,
		"a write that waits behind a shutdown": `
			listen unix
			dial c0 unix
			accept s0 unix
			flood c0
			close-write c0
			listen tcp
			unlisten tcp`,
		"late to a reset": `
			listen unix
			dial c0 unix
			accept s0 unix
			read-full s0 100
			write c0 48
			flood s0
			close c0`,
	}
	for _, e := range explained {
		t.Run(e.name, func(t *testing.T) {
			eddytest.Baseline(t)
			p, err := parse(programs[e.name])
			if err != nil {
				t.Fatal(err)
			}
			real, err := openLoopback(t).run(kernel.New, p)
			if err != nil {
				t.Fatal(err)
			}
			hits := map[string]int{}
			for seed := range uint64(seedsUntilSeen) {
				faults := sim.Faults{}
				if seed > 0 {
					faults = harmless(p)
				}
				simulated, err := simulate(seed, faults, p)
				if err != nil {
					t.Fatal(err)
				}
				if wrong := judge(real, simulated, hits); len(wrong) > 0 {
					t.Fatalf("seed %d: %v\n%v\n%v", seed, wrong, real, simulated)
				}
				if hits[e.name] > 0 {
					t.Logf("seen with seed %d", seed)
					return
				}
			}
			t.Error("not seen:", e.reason)
		})
	}
}

// The comparison sees every kind of difference.
func TestDifferencesShow(t *testing.T) {
	eddytest.Baseline(t)
	p, err := parse(`
		listen tcp
		dial c0 tcp
		accept s0 tcp
		read-full s0 8
		write c0 8
		close c0
		read-end s0`)
	if err != nil {
		t.Fatal(err)
	}
	place := openLoopback(t)
	real, err := place.run(kernel.New, p)
	if err != nil {
		t.Fatal(err)
	}
	if bad := real.unfinished(); bad != "" {
		t.Fatal(bad, real)
	}
	changes := map[string]func(r *Result){
		"a count":        func(r *Result) { r.Outcomes[4].N-- },
		"a class":        func(r *Result) { r.Outcomes[6].Class = classReset },
		"when it came":   func(r *Result) { r.Outcomes[3].After++ },
		"a byte":         func(r *Result) { r.Received[End{0, true}][3] ^= 1 },
		"a missing byte": func(r *Result) { r.Received[End{0, true}] = r.Received[End{0, true}][:7] },
	}
	for what, change := range changes {
		other, err := place.run(kernel.New, p)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := judge(real, other, map[string]int{}); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		change(&other)
		if len(judge(real, other, map[string]int{})) != 1 {
			t.Errorf("%s does not show", what)
		}
	}
}
