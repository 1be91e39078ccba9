package reactor

import (
	"errors"
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// F1, F2: with a token of 3 bits of slot and 2 of generation, as with one of 20 and 12, no token is made twice, none
// is zero or all ones, and a slot whose generations are spent is retired.
func TestTokensAreNeverRepeated(t *testing.T) {
	const slotBits, generationBits = 3, 2
	table := slots{slotBits: slotBits, generationBits: generationBits}
	s := &Source{}
	seen := make(map[kernel.Token]bool)
	for {
		index, ok := table.take(s)
		if !ok {
			break
		}
		token := table.token(index)
		if seen[token] || token == 0 || token >= 1<<(slotBits+generationBits)-1 {
			t.Fatalf("token %#b: seen %v", token, seen[token])
		}
		for old := range seen {
			if table.at(old) != nil {
				t.Fatalf("token %#b is still good after its release", old)
			}
		}
		if table.at(token) != s {
			t.Fatalf("token %#b does not find its source", token)
		}
		seen[token] = true
		table.release(index)
		if table.at(token) != nil {
			t.Fatalf("token %#b is good after its release", token)
		}
	}
	if want := (1<<slotBits - 1) * (1<<generationBits - 1); len(seen) != want {
		t.Errorf("%d tokens were made, want %d", len(seen), want)
	}
	if table.live != 0 {
		t.Errorf("%d live", table.live)
	}
}

// A table that is full refuses, and serves again when a slot was freed.
func TestSlotsRunOut(t *testing.T) {
	r, k := newReactor()
	r.slots = slots{slotBits: 2, generationBits: 4}
	var all []*Source
	for fd := range 3 {
		all = append(all, register(t, r, fd, Other, "source"))
	}
	if err := r.Register(&Source{}, 3, Other, name("one too many")); !errors.Is(err, errTokensSpent) {
		t.Fatalf("the fourth of three: %v", err)
	}
	if len(k.registered) != 3 || r.Sources() != 3 {
		t.Errorf("%d registered with the kernel, %d sources, want 3", len(k.registered), r.Sources())
	}
	r.Deregister(all[1])
	register(t, r, 3, Other, "in the freed slot")
}

// The real split: all bits of a word are used, and the widths are the documented ones.
func TestTokenSplit(t *testing.T) {
	if kernel.WakeToken>>slotBits>>(generationBits-1) != 1 {
		t.Errorf("%d + %d bits are not a word", slotBits, generationBits)
	}
	if (slotBits != 32 || generationBits != 32) && (slotBits != 20 || generationBits != 12) {
		t.Errorf("split is %d + %d", slotBits, generationBits)
	}
}
