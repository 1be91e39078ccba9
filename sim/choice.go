package sim

import (
	"math/rand/v2"

	"github.com/eddy-go/eddy/internal/tape"
)

// Rand returns the source of the scenario's own choices: what a client sends, when a host crashes. They are decisions
// as any other: the seed repeats them, and the bytes of RunTape make them. From anywhere.
func (w *World) Rand() *rand.Rand {
	if w.chance == nil {
		w.chance = rand.New(&choices{w.tape, rand.NewPCG(w.seed, ^w.seed)})
	}
	return w.chance
}

// choices takes the upper bits, by which package rand decides between few, from the tape, and the others from a
// generator. The generator's are mixed into the tape's too: package rand throws numbers away until it likes one, and a
// tape whose end is reached says zero for ever.
type choices struct {
	tape *tape.Tape
	pcg  *rand.PCG
}

func (c *choices) Uint64() uint64 {
	return c.pcg.Uint64() ^ uint64(c.tape.Below("choice", 1<<16))<<48
}
