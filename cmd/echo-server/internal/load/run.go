package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// Run is one run of a plan. Its methods are for tasks of its runtime, and for whoever holds it before that has begun or
// after it has ended.
type Run struct {
	rt      *eddy.Runtime
	plan    Plan
	clock   future.Clock
	pattern *pattern

	connections []*connection
	dials       *eddy.Group // while connections are made
	schedule    schedule
	phase       Phase
	interrupted bool
	complete    bool          // every connection has ended by itself
	finished    time.Duration // when the last one did, or was cancelled

	latencies  *hdrhistogram.Histogram // of measured messages, in nanoseconds
	lastAnswer time.Duration           // when the last of them came back
	totals     Totals
	failures   []*Failure // the first ones
	byKind     [Kinds]uint64
	live       live
}

// Phase is how far a run has come.
type Phase uint8

// The phases of a run.
const (
	Connecting Phase = iota
	Warming
	Measuring
	Ending // nothing more is sent
)

// New makes a run of a runtime. Do runs it.
func New(rt *eddy.Runtime, p Plan) *Run {
	return &Run{rt: rt, plan: p, latencies: newHistogram()}
}

// Plan returns what the run is to do.
func (r *Run) Plan() Plan { return r.plan }

// Do does it all: it connects, sends, waits for what comes back and for the ends of the streams. Whatever the server
// does is in the Result; an error means that the run was cancelled before its end.
func (r *Run) Do() error {
	clock, err := eddy.Await(r.rt, future.Func(func(cx *future.Context) (future.Clock, error) { return cx.Clock(), nil }))
	if err != nil {
		return err
	}
	r.clock = clock
	r.pattern = newPattern(uint64(r.rt.Now().UnixNano()), r.plan.Size) // other bytes than an earlier run's
	if err := r.dial(); err != nil {
		return err
	}
	return r.load()
}

// load sends and receives on all connections until the last has ended.
func (r *Run) load() error {
	r.schedule = newSchedule(&r.plan, r.now(), len(r.connections))
	r.phase = Warming
	if r.interrupted {
		r.stop()
	}
	aside, loading := r.rt.Group(), r.rt.Group()
	aside.Go(r.watch)
	aside.Go(r.advance)
	for _, c := range r.connections {
		loading.Go(func() error { c.receive(); return nil })
		loading.Go(c.send)
	}
	err := loading.Wait()
	aside.Cancel()
	aside.Wait()
	r.finished, r.complete = r.now(), err == nil
	return err
}

// advance is the task that moves the phases on by the clock.
func (r *Run) advance() error {
	var until turn
	if err := until.wait(r.rt, "the end of the warm-up", r.schedule.from); err != nil {
		return err
	}
	r.phase = max(r.phase, Measuring)
	if err := until.wait(r.rt, "the end of the run", r.schedule.end); err != nil {
		return err
	}
	r.stop()
	return nil
}

// stop ends the sending. What is under way may still come back.
func (r *Run) stop() {
	r.phase = Ending
	r.schedule.stop(r.now())
	for _, c := range r.connections {
		c.next.signal()
	}
}

// Interrupt ends a run early: nothing more is sent, what is under way may come back, and the result is that of the time
// until now. From a task.
func (r *Run) Interrupt() {
	r.interrupted = true
	switch {
	case r.dials != nil:
		r.dials.Cancel()
	case r.phase != Connecting:
		r.stop()
	}
}

// now reads the clock.
func (r *Run) now() time.Duration { return r.clock.Now() }

// note counts a failure and keeps the first ones.
func (r *Run) note(f *Failure) {
	r.byKind[f.Kind]++
	if len(r.failures) < keptFailures {
		r.failures = append(r.failures, f)
	}
}

// keptFailures is how many failures a result tells of one by one. Picked: enough to see whether they are alike.
const keptFailures = 10
