package properties_test

import "github.com/eddy-go/eddy/sim"

// unnoticed are the faults that a correct program does not notice, at the rates of sim.Chaos, and without a calm before
// the first. With them alone nothing may go wrong; it may only take longer.
func unnoticed() sim.Faults {
	f := sim.Chaos()
	f[sim.ShortRead], f[sim.ShortWrite] = sim.Rate{Chance: 0.1}, sim.Rate{Chance: 0.1}
	for _, kind := range []sim.Fault{
		sim.AcceptFull, sim.AcceptBroken, sim.Reset, sim.HalfOpen, sim.Stall, sim.SlowOffload,
	} {
		f[kind] = sim.Rate{}
	}
	return f
}
