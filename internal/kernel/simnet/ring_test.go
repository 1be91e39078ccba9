package simnet

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestARingIsAQueueOfBytes(t *testing.T) {
	var pool rings
	var s stream
	random := rand.New(rand.NewPCG(1, 2))
	var model []byte
	for range 20_000 {
		if random.IntN(2) == 0 {
			p := pattern(1 + random.IntN(3000))
			s.put(&pool, p)
			model = append(model, p...)
		} else if len(model) > 0 {
			p := make([]byte, 1+random.IntN(min(len(model), 4000)))
			s.get(p)
			if !bytes.Equal(p, model[:len(p)]) {
				t.Fatal("other bytes came out")
			}
			model = model[len(p):]
		}
	}
	s.free(&pool)
	s.free(&pool)
	kept := make(map[*byte]bool)
	for size, free := range pool.free {
		for _, b := range free {
			if kept[&b[0]] {
				t.Error("a ring was given back twice")
			}
			kept[&b[0]] = true
			if len(b) != 1<<size {
				t.Errorf("a ring of %d bytes among those of %d", len(b), 1<<size)
			}
		}
	}
	if len(kept) < 3 { // those that were too small, and the last
		t.Errorf("%d were kept", len(kept))
	}
}
