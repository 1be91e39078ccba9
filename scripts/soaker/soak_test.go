//go:build linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDeckDealsAllBeforeItRepeats(t *testing.T) {
	d := deck[string]{cards: roundDeck, rng: rand.New(rand.NewPCG(1, 1))}
	want := slices.Sorted(slices.Values(roundDeck))
	for range 5 {
		var dealt []string
		for range roundDeck {
			dealt = append(dealt, d.deal())
		}
		if slices.Sort(dealt); !slices.Equal(dealt, want) {
			t.Errorf("dealt %v", dealt)
		}
	}
}

// Every kind that is wanted is drawn, and no other.
func TestDraw(t *testing.T) {
	rng, drawn := rand.New(rand.NewPCG(1, 1)), map[int]int{}
	for range 10_000 {
		k := draw(rng, func(k kind) bool { return k.behaved })
		if !k.behaved {
			t.Fatal("drew one that was not wanted")
		}
		drawn[k.weight]++
	}
	for _, k := range kinds {
		if k.behaved && drawn[k.weight] == 0 {
			t.Errorf("none of weight %d", k.weight)
		}
	}
}

func TestJudge(t *testing.T) {
	wrong := &wrongBytes{"wrong"}
	for _, test := range []struct {
		err  error
		want ending
	}{
		{errors.Join(net.ErrClosed, fmt.Errorf("read: %w", wrong)), broken},
		{os.ErrDeadlineExceeded, broken},
		{errors.New("anything else"), broken},
	} {
		if got, what := judge(test.err); got != test.want || what == "" {
			t.Errorf("%v: %v, %q", test.err, got, what)
		}
	}
}

func TestCounters(t *testing.T) {
	c := parseCounters(`time=2026-01-01T00:00:00Z level=INFO msg=stats connections=3 bytes_in=9000000000 forced=false` + "\n")
	if len(c) != 2 || c["connections"] != 3 || c["bytes_in"] != 9e9 {
		t.Error(c)
	}
	if d := c.since(counters{"connections": 1}); d["connections"] != 2 || d["bytes_in"] != 9e9 {
		t.Error(d)
	}
}

func TestLastWords(t *testing.T) {
	const begin, end = "time=1 level=INFO msg=listening\n", "time=2 level=INFO msg=stopped connections=3 forced=false\n"
	if c, err := lastWords(begin + end); err != nil || c["connections"] != 3 {
		t.Error(c, err)
	}
	for name, log := range map[string]string{
		"nothing":           "",
		"no end":            begin,
		"a forced end":      begin + strings.Replace(end, "forced=false", "forced=true", 1),
		"an error":          begin + "time=1 level=ERROR msg=bad\n" + end,
		"a dump of threads": begin + "goroutine 1 [running]:\n" + end,
	} {
		if c, err := lastWords(log); err == nil {
			t.Errorf("%s: %v", name, c)
		}
	}
}

func TestGrowth(t *testing.T) {
	flat := slices.Repeat([]sample{{memory: 10 << 20, heap: 1 << 20}}, 8)
	if wrong := growth(flat); wrong != nil {
		t.Error(wrong)
	}
	for i, change := range []func(s *sample){
		func(s *sample) { s.memory += memoryTolerance + 1 },
		func(s *sample) { s.heap += heapTolerance + 1 },
	} {
		grown := slices.Clone(flat)
		change(&grown[7])
		if wrong := growth(grown); len(wrong) != 1 {
			t.Errorf("%d: %v", i, wrong)
		}
	}
}

func TestQuietSampleIsCompared(t *testing.T) {
	base := sample{memory: 1, heap: 1, descriptors: 12, goroutines: 262, sources: 1, tasks: 3}
	for i, change := range []func(s *sample){
		func(s *sample) { s.descriptors++ },
		func(s *sample) { s.goroutines++ },
		func(s *sample) { s.sources++ },
		func(s *sample) { s.tasks++ },
		func(s *sample) { s.timers++ },
	} {
		now := base
		if now.memory = 2; !now.holdsAs(base) {
			t.Error("memory is compared elsewhere")
		}
		if change(&now); now.holdsAs(base) {
			t.Errorf("%d: %v is taken for %v", i, now, base)
		}
	}
}

// The counts of a trace are those of the marks, once the server's end is in it.
func TestFaultsAreCounted(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	text := `7 accept4(5, ...) = -1 EMFILE (Too many open files) (INJECTED)
9 accept4(5, ...) = -1 EAGAIN (Resource temporarily unavailable)
9 accept4(5, ...) = -1 EMFILE (Too many open files) (INJECTED)
9 +++ exited with 0 +++
7 +++ exited with 0 +++
`
	if err := os.WriteFile(trace, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := (fault{mark: errorMark}).happened(t.Context(), trace, 7); n != 2 || err != nil {
		t.Error(n, err)
	}
}

func TestArguments(t *testing.T) {
	if length, seed, err := arguments([]string{"0.5", "77"}); length != 30*time.Second || seed != 77 || err != nil {
		t.Error(length, seed, err)
	}
	for _, args := range [][]string{nil, {"0"}, {"-1"}, {"x"}, {"1", "x"}, {"1", "2", "3"}} {
		if length, seed, err := arguments(args); err == nil {
			t.Errorf("%q: %v, %d", args, length, seed)
		}
	}
}
