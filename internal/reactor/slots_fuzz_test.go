package reactor

import (
	"testing"

	"github.com/eddy-go/eddy/internal/kernel"
)

// The layouts of a token that are driven: those of 64-bit and 32-bit systems, and one so small that a few operations
// spend all of it.
var fuzzedLayouts = []slots{
	{slotBits: 3, generationBits: 2},
	{slotBits: 20, generationBits: 12},
	{slotBits: 32, generationBits: 32},
}

// FuzzSlots takes and releases in any order, against a map from token to source (F1, F2). The first byte chooses the
// layout. Slots are nearly worn when they come into use, so that generations run out.
func FuzzSlots(f *testing.F) {
	for layout := range byte(len(fuzzedLayouts)) {
		f.Add([]byte{layout, 0, 0, 1, 0, 2, 3, 1, 1, 0, 0, 200})
		f.Add([]byte{layout, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}) // one slot, up to its end and on to the next
		f.Add([]byte{layout, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}) // more sources than the smallest table has slots
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) == 0 {
			return
		}
		table := fuzzedLayouts[int(ops[0])%len(fuzzedLayouts)]
		if table.slotBits+table.generationBits > slotBits+generationBits {
			return // 64-bit tokens on a 32-bit system
		}
		worn := uint32(1)<<table.generationBits - 3
		live, stale := map[kernel.Token]*Source{}, map[kernel.Token]bool{}
		var order []kernel.Token // the live ones
		retired := 0
		for _, op := range ops[1:] {
			if op%2 == 0 {
				s, known := &Source{}, len(table.entries)
				index, ok := table.take(s)
				if full := uint64(len(live)+retired) == 1<<table.slotBits-1; ok == full {
					t.Fatalf("taken: %v, with %d in use and %d retired", ok, len(live), retired)
				}
				if !ok {
					continue
				}
				if len(table.entries) > known {
					table.entries[known].generation = worn
				}
				token := table.token(index)
				allOnes := ^kernel.Token(0) >> (slotBits + generationBits - table.slotBits - table.generationBits)
				if live[token] != nil || stale[token] || token == 0 || token == allOnes {
					t.Fatalf("token %#x: live %v, stale %v", token, live[token] != nil, stale[token])
				}
				live[token] = s
				order = append(order, token)
			} else if len(order) > 0 {
				i := int(op/2) % len(order)
				token := order[i]
				if table.at(token) != live[token] {
					t.Fatalf("token %#x lost its source", token)
				}
				table.release(uint32(uint64(token) & (1<<table.slotBits - 1)))
				delete(live, token)
				stale[token] = true
				order = append(order[:i], order[i+1:]...)
				if uint64(token)>>table.slotBits == 1<<table.generationBits-1 {
					retired++
				}
			}
			forged := kernel.Token(op) << (table.slotBits - 1) // a generation or a slot that was never given out
			if table.at(forged) != live[forged] {
				t.Fatalf("forged token %#x finds a source", forged)
			}
			if table.live != len(live) {
				t.Fatalf("live = %d, want %d", table.live, len(live))
			}
		}
		for token, s := range live {
			if table.at(token) != s {
				t.Fatalf("token %#x lost its source", token)
			}
		}
		for token := range stale {
			if table.at(token) != nil {
				t.Fatalf("token %#x came back", token)
			}
		}
	})
}
