package sim

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
)

// Run is a simulated test: it makes a world out of the seed, calls fn, the scenario, and ends the world. It all happens
// in a testing/synctest bubble whose clock is the world's. fn and the tasks may use t as ever: t.Fatal in fn or in a
// host's main function ends the scenario; in another task it ends that task, and RunUntil within a minute. A panic in fn
// or in a host's main function ends the scenario too, and fails the test.
//
// The test also fails if a host ended with an error that the scenario has not asked for, if a task panicked and nobody
// joined it, if a task waited outside of the runtime, if a host was added and the world never ran, and if anything was
// left behind when all hosts had been shut down. A failing test prints its seed and the command that replays it. The
// flags -sim.seed and -sim.seeds replace the seed and run more of them, each in a bubble and a world of its own.
//
// Inside fn, World.Run passes the time and not time.Sleep, during which the hosts stand still. Neither fn nor tasks may
// call synctest.Wait, or lock their thread.
func Run(t *testing.T, seed uint64, fn func(w *World)) {
	t.Helper()
	first := seed
	if flags.seed != nil {
		first = *flags.seed
	}
	trace := openTrace(t)
	defer trace.close()
	guard := startGuard(turnLimit, os.Stderr)
	defer guard.stop()
	var sum uint64
	for i := range flags.seeds {
		r := &run{t: t, guard: guard, seed: first + i, fn: fn}
		r.one(Config{Trace: trace.section(fmt.Sprintf("%s seed %d", t.Name(), r.seed))})
		if flags.check {
			r.check(trace)
		}
		sum = sum*foldPrime ^ r.sum
	}
	s := "s"
	if flags.seeds == 1 {
		s = ""
	}
	t.Logf("sim: %d seed%s from %d, trace hash %016x", flags.seeds, s, first, sum)
}

// foldPrime is FNV's. The fold of one hash is that hash.
const foldPrime = 0x100000001b3

// RunTape is Run for fuzz targets: the bytes of tape are the decisions, in order. Behind its end each decision is the
// plainest one: the first choice, no fault, the shortest time. So the empty tape is the plain run. The flags about seeds
// do not concern it.
func RunTape(t *testing.T, tape []byte, fn func(w *World)) {
	t.Helper()
	trace := openTrace(t)
	defer trace.close()
	guard := startGuard(turnLimit, os.Stderr)
	defer guard.stop()
	r := &run{t: t, guard: guard, fn: fn, taped: true}
	r.one(Config{Tape: append([]byte{}, tape...), Trace: trace.section(fmt.Sprintf("%s tape %x", t.Name(), tape))})
}

// run is one world of a test.
type run struct {
	t     *testing.T
	guard *guard
	seed  uint64
	taped bool // the seed has no say
	again bool // by -sim.check
	fn    func(w *World)

	returned bool   // fn has
	panic    string // what is said of one
	err      error  // of the world's end
	sum      uint64
	stuck    string
	log      string
}

// one runs the world in a bubble, and does not return if the test is to end.
func (r *run) one(c Config) {
	t := r.t
	t.Helper()
	r.guard.run.Store(r)
	failedBefore := t.Failed()
	defer func() {
		t.Helper()
		r.report(failedBefore)
	}()
	r.bubble(c)
}

// bubble makes the bubble. When synctest panics, something is left in it that will never end.
func (r *run) bubble(c Config) {
	defer func() {
		if v := recover(); v != nil {
			r.panic = r.bubblePanicText(v)
		}
	}()
	synctest.Test(r.t, func(*testing.T) { r.inBubble(c) })
}

// inBubble runs the scenario on a goroutine of its own: a t.FailNow in it is one of the outer test's, and the bubble's
// main goroutine must not end by it.
func (r *run) inBubble(c Config) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w := newWorld(r.seed, c, newBubble())
		w.guard = r.guard
		if !r.t.Failed() {
			w.failed = r.t.Failed
		}
		defer r.end(w)
		r.fn(w)
		r.returned = true
	}()
	<-ended
}

// end ends the world, whatever ended the scenario.
func (r *run) end(w *World) {
	if v := recover(); v != nil {
		r.panic = w.panicText(v)
	}
	w.driving, w.running = false, nil
	if r.returned {
		r.err = w.close(w.shutDown)
	} else {
		r.err = w.close(w.abandon)
	}
	r.sum, r.stuck, r.log = w.Sum(), w.stuck, w.journal.String()
}

// report fails the test where it has to fail, and ends it if it has failed.
func (r *run) report(failedBefore bool) {
	t := r.t
	t.Helper()
	switch {
	case r.panic != "":
		t.Error(r.panic)
	case r.err != nil:
	case r.returned && (failedBefore || !t.Failed()):
		return
	case t.Skipped() && !t.Failed():
		runtime.Goexit()
	}
	if r.err != nil {
		t.Errorf("%v", r.err)
	}
	if r.stuck != "" {
		t.Logf("RunUntil gave up: %s", r.stuck)
	}
	if r.log != "" {
		t.Logf("the last that the runtimes logged:\n%s", r.log)
	}
	t.Logf("sim: %s failed, trace hash %016x%s", r.decisions(), r.sum, r.replay())
	t.FailNow() // further seeds, and the rest of the test, would bury this one
}
