package reactor

import (
	"math/bits"

	"github.com/eddy-go/eddy/internal/kernel"
)

// A token is a slot and a generation in one machine word: 32 and 32 bits, or 20 and 12 on 32-bit systems.
const (
	slotBits       = 20 + 12*(bits.UintSize/64)
	generationBits = bits.UintSize - slotBits
)

// slots is the table of registered sources. It makes the tokens and finds the source of one.
//
// The invariants that keep an event from reaching another source than its own (F1):
//
//   - a generation of a slot is used once: it is bumped when the slot is freed, and a slot whose generations are
//     spent is never used again;
//   - the slot whose bits are all ones is never used, so no token equals kernel.WakeToken (F2);
//   - generations begin at 1, so no token is 0.
type slots struct {
	slotBits, generationBits uint // of a token; together at most a machine word

	entries []slot
	free    uint32 // 1 + index of the first free slot, 0 if there is none; last in, first out: it is warm
	live    int
}

type slot struct {
	source     *Source // nil: free or retired
	generation uint32
	nextFree   uint32 // as slots.free
}

// take gives s a slot and returns its index; false means that all slots are in use or retired.
func (t *slots) take(s *Source) (index uint32, ok bool) {
	switch {
	case t.free != 0:
		index = t.free - 1
		t.free = t.entries[index].nextFree
	case uint64(len(t.entries)) < 1<<t.slotBits-1:
		index = uint32(len(t.entries))
		t.entries = append(t.entries, slot{generation: 1})
	default:
		return 0, false
	}
	t.entries[index].source = s
	t.live++
	return index, true
}

// token returns the token of whom the slot serves now.
func (t *slots) token(index uint32) kernel.Token {
	return kernel.Token(t.entries[index].generation)<<t.slotBits | kernel.Token(index)
}

// at returns the source that token was made for, or nil if it is gone.
func (t *slots) at(token kernel.Token) *Source {
	index := uint64(token) & (1<<t.slotBits - 1)
	if index >= uint64(len(t.entries)) {
		return nil
	}
	e := &t.entries[index]
	if uint64(e.generation) != uint64(token)>>t.slotBits {
		return nil
	}
	return e.source
}

// release frees a slot that take returned; its token is stale from now on.
func (t *slots) release(index uint32) {
	e := &t.entries[index]
	e.source = nil
	t.live--
	if uint64(e.generation) == 1<<t.generationBits-1 {
		return // retired: its next token would be one that was in use before
	}
	e.generation++
	e.nextFree = t.free
	t.free = index + 1
}

// find returns the source of fd, or nil. It looks at every slot: it is for error messages.
func (t *slots) find(fd int) *Source {
	for i := range t.entries {
		if s := t.entries[i].source; s != nil && s.FD() == fd {
			return s
		}
	}
	return nil
}
