package simnet

import (
	"testing"
	"time"

	"github.com/eddy-go/eddy/internal/tape"
)

func TestFaultsComeInEpisodes(t *testing.T) {
	n := New(tape.Seeded(3), epoch)
	var f Faults
	f[ShortRead] = Rate{Chance: 1, Calm: 3 * time.Minute, Episode: time.Minute}
	n.SetFaults(f)
	const seconds = 100_000
	struck, changes, last := 0, 0, false
	for i := range seconds {
		now := n.strike(ShortRead)
		if i == 0 && now {
			t.Error("it begins with an episode")
		}
		if now {
			struck++
		}
		if now != last {
			changes++
		}
		last = now
		n.Advance(n.Now() + time.Second)
	}
	if share := float64(struck) / seconds; share < 0.22 || share > 0.28 {
		t.Errorf("it struck in %.2f of the time, want a quarter", share)
	}
	if changes < 700 || changes > 950 { // two in four minutes
		t.Errorf("%d changes", changes)
	}
	if hits := n.Hits()[ShortRead]; hits != uint64(struck) {
		t.Errorf("%d hits, %d counted", struck, hits)
	}
}

// Episodes are worked out when somebody asks, and cost nothing for a long time in which nobody did.
func TestEpisodesOfALongTimeAreSkipped(t *testing.T) {
	n := New(tape.Seeded(3), epoch)
	var f Faults
	f[ShortRead] = Rate{Chance: 1, Calm: time.Millisecond, Episode: time.Millisecond}
	n.SetFaults(f)
	n.Advance(10_000 * time.Hour)
	n.strike(ShortRead)
	if drawn := n.tape.Entries(); drawn > 100 {
		t.Errorf("%d decisions", drawn)
	}
}

func TestAFaultWithoutARateDrawsNothing(t *testing.T) {
	n := New(tape.Seeded(3), epoch)
	for kind := range FaultKinds {
		if n.strike(kind) || n.rages(kind) {
			t.Errorf("%v", kind)
		}
		if kind.String() == "" {
			t.Errorf("fault %d has no name", int(kind))
		}
	}
	if drawn := n.tape.Entries(); drawn != 0 {
		t.Errorf("%d decisions", drawn)
	}
}

// A tape that is used up draws the shortest times; they must not be 0.
func TestEpisodesOfAnEmptyTapeEnd(t *testing.T) {
	n := New(tape.Recorded(nil), epoch)
	var f Faults
	f[ShortRead] = Rate{Chance: 1, Calm: 1, Episode: 1}
	n.SetFaults(f)
	n.Advance(time.Hour)
	if n.strike(ShortRead) {
		t.Error("an empty tape struck")
	}
}
