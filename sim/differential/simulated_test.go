//go:build linux

package differential

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/sim"
)

// simulate runs a program on one host of a simulated world.
func simulate(seed uint64, faults sim.Faults, p Program) (Result, error) {
	var result Result
	w := sim.New(seed, sim.Config{Faults: faults})
	h := w.Host("host", func(rt *eddy.Runtime) error {
		result = conduct(rt, place{address: simulatedAddress, settle: pass}, p)
		return nil
	})
	var err error
	if !w.RunUntil(h.Done) {
		err = errors.New("the program has not ended: " + w.Dump())
	}
	return result, errors.Join(err, h.Err(), w.Close())
}

func simulatedAddress(slot string) string {
	if slots[slot].unix {
		return fmt.Sprint("/", slot)
	}
	return "127.0.0.1:0"
}

// longest is more than any packet or event is under way, also with harmless faults.
const longest = 6 * time.Second

// pass lets the world's time pass until nothing happens any more.
func pass(c *conductor) {
	for range settleRounds {
		before := c.progress()
		c.rt.Sleep(longest)
		if c.progress() == before {
			return
		}
	}
	panic("never settles")
}

// harmless are the faults that change no outcome: a program that handles them as it should does not see them. Left out
// are reads that come short where a step could tell (a single read, and an echo that fails and leaves the rest), and
// writes that come short where the second part may be told what the first has met. Each call may cause a spurious event,
// so a dial that tries again and again would never let the world settle.
func harmless(p Program) sim.Faults {
	faults := sim.Faults{
		sim.FalseReady:    {Chance: 0.1},
		sim.SpuriousEvent: {Chance: 0.1},
		sim.LateEvent:     {Chance: 0.1},
		sim.MergedEvents:  {Chance: 0.1},
		sim.AcceptFull:    {Chance: 0.1},
		sim.EndWithData:   {Chance: 0.3},
		sim.Stall:         {Chance: 0.05},
		sim.StrayWake:     {Chance: 0.1},
		sim.ShuffledTasks: {Chance: 0.5},
	}
	if !p.has(opRead, opEcho) {
		faults[sim.ShortRead] = sim.Rate{Chance: 0.2}
	}
	if p.has(opClose, opReset, opUnlisten, opCloseRead) {
		if p.has(opBuffers) { // between two buffers it is a write that comes short
			faults[sim.FalseReady] = sim.Rate{}
		}
	} else if !p.has(opRead, opEcho) {
		faults[sim.ShortWrite] = sim.Rate{Chance: 0.2}
	}
	if p.dials("unix1") {
		faults[sim.SpuriousEvent] = sim.Rate{}
	}
	return faults
}

func (p Program) dials(slot string) bool {
	return slices.ContainsFunc(p, func(s Step) bool { return s.Op == opDial && s.Slot == slot })
}

func (p Program) has(ops ...Op) bool {
	return slices.ContainsFunc(p, func(s Step) bool { return slices.Contains(ops, s.Op) })
}
