package sim

import "fmt"

// check runs the seed once more, for -sim.check, and fails the test unless it is the same run.
func (r *run) check(trace *traceFile) {
	t := r.t
	t.Helper()
	second := &run{t: t, guard: r.guard, seed: r.seed, fn: r.fn, again: true}
	second.one(Config{Trace: trace.next(fmt.Sprintf("%s seed %d again", t.Name(), r.seed))})
	if second.sum != r.sum {
		t.Fatalf("sim: seed %d has made two different runs, trace hashes %016x and %016x: this test depends on something "+
			"that the seed does not decide (the order of a map, real time, a goroutine, crypto/rand without cryptotest)%s",
			r.seed, r.sum, second.sum, second.replay())
	}
}
