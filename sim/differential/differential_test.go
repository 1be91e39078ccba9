//go:build linux

package differential

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/eddy-go/eddy/eddytest"
	"github.com/eddy-go/eddy/internal/kernel"
	"github.com/eddy-go/eddy/internal/kernel/kqueuemodel"
	"github.com/eddy-go/eddy/sim"
)

// programsByDefault is how many programs a plain go test runs; -rapid.checks=10000 runs more. Picked: a few seconds.
const programsByDefault = 300

func TestMain(m *testing.M) {
	flag.Parse()
	given := os.Getenv("RAPID_CHECKS") != ""
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		flag.Set("rapid.checks", fmt.Sprint(programsByDefault))
	}
	os.Exit(m.Run())
}

// kqueueEvery is the share of programs that run on the model of kqueue, too: it is slow. Picked.
const kqueueEvery = 10

// What a task sees of its sockets is the same on this system and in a simulation, also in one with faults that a correct
// program does not notice.
func TestSimulationIsLikeLoopback(t *testing.T) {
	eddytest.Baseline(t)
	c := newComparison(t)
	rapid.Check(t, func(t *rapid.T) {
		p := programs().Draw(t, "program")
		seed := rapid.Uint64().Draw(t, "seed")
		c.compare(t, p, []uint64{seed}, c.programs%kqueueEvery == 0)
	})
	t.Log(c)
}

// comparison runs programs in all places and compares what comes of them.
type comparison struct {
	loopback        *loopback
	programs, steps int
	hits            map[string]int // of what is explained
}

func newComparison(t *testing.T) *comparison {
	return &comparison{loopback: openLoopback(t), hits: map[string]int{}}
}

func (c *comparison) String() string {
	text := fmt.Sprintf("%d programs with %d steps; differences, all explained:", c.programs, c.steps)
	for _, e := range explained {
		text += fmt.Sprintf("\n%6d of %s", c.hits[e.name], e.name)
	}
	return text
}

// compare runs a program on loopback and holds the others against that: simulations with each of the seeds, and perhaps
// the model of kqueue.
func (c *comparison) compare(t rapid.TB, p Program, seeds []uint64, onKqueue bool) {
	t.Helper()
	c.programs++
	c.steps += len(p)
	finished := func(where string, result Result, err error) Result {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v\nof the program\n%v", where, err, p)
		}
		if left := result.unfinished(); left != "" {
			t.Fatalf("%s: %s\n%v\nof the program\n%v", where, left, result, p)
		}
		return result
	}
	result, err := c.loopback.run(kernel.New, p)
	real := finished("loopback", result, err)
	like := func(where string, result Result, err error) {
		t.Helper()
		other := finished(where, result, err)
		if wrong := judge(real, other, c.hits); len(wrong) > 0 {
			t.Fatalf("%s differs: %v\nloopback:\n%v\n%s:\n%v\nof the program\n%v", where, wrong, real, where, other, p)
		}
	}
	for _, seed := range seeds {
		result, err = simulate(seed, sim.Faults{}, p)
		like(fmt.Sprintf("simulation %d", seed), result, err)
		result, err = simulate(seed, harmless(p), p)
		like(fmt.Sprintf("simulation %d with faults", seed), result, err)
	}
	if onKqueue {
		result, err = c.loopback.run(kqueuemodel.New, p)
		like("kqueue", result, err)
	}
}
