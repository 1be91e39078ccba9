package sim

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel/simnet"
	"github.com/eddy-go/eddy/internal/tape"
)

// Config says what a world of New is like. The zero Config is a local network without faults.
type Config struct {
	// Faults can be changed later, by World.SetFaults.
	Faults Faults
	// Link is how each two hosts are connected. Fields that are zero keep their defaults: 50 to 500 microseconds one
	// way, no limit of bandwidth, and Linux's buffers. World.Link changes single ones.
	Link Link
	// Runtime is the configuration of hosts made by World.Host. Where Logger is nil, what the runtimes log is shown only
	// if a test fails; where OnPanic is nil, a panic that nobody joins is an error of the world.
	Runtime eddy.Config
	// Trace gets every decision and kernel call, a line each.
	Trace io.Writer
	// Tape, unless nil, has the decisions, and the seed has no say. Behind its end each decision is the plainest one.
	Tape []byte
}

// World is a network of simulated hosts. It is made by Run, RunTape or New. Its methods are for the scenario, the
// goroutine that Run called or that called New; those that say "from anywhere" are for the hosts' tasks too.
type World struct {
	seed   uint64
	config Config
	tape   *tape.Tape
	net    *simnet.Net
	epoch  time.Time
	bubble *bubble          // nil in a world of New
	guard  *guard           // the same
	failed func() bool      // has the test failed?
	chance *rand.Rand       // made when somebody asks
	hosts  []*Host          // in the order of their making
	byName map[string]*Host // looked up, never ranged over
	able   []*Host          // reused by draw

	faulty  bool  // some fault has a rate
	steps   int   // how often the world has gone on
	running *Host // whose turn it is, if any
	driving bool  // Run, RunUntil or Close is at work
	ending  bool  // no host's panic or Goexit leaves any more
	closed  bool

	failures []error
	stuck    string // the dump of the last RunUntil that gave up
	journal  journal
}

// start is what the clock of a world shows at first: the same in a bubble and outside.
var start = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// New makes a world whose decisions are drawn from a seed. Its hosts run while Run or RunUntil does, on the caller's
// goroutine; Close ends them. The world's time passes in no other clock: tasks ask Runtime.Now.
func New(seed uint64, c Config) *World { return newWorld(seed, c, nil) }

func newWorld(seed uint64, c Config, b *bubble) *World {
	w := &World{seed: seed, config: c, epoch: start, bubble: b, byName: map[string]*Host{}}
	if b != nil {
		w.epoch = b.epoch
	}
	if c.Tape != nil {
		w.tape = tape.Recorded(c.Tape)
	} else {
		w.tape = tape.Seeded(seed)
	}
	w.tape.Trace(c.Trace)
	w.net = simnet.New(w.tape, w.epoch)
	w.SetFaults(c.Faults)
	return w
}

// Seed returns the seed, for what else is to differ from run to run, such as cryptotest.SetGlobalRandom. From anywhere.
func (w *World) Seed() uint64 { return w.seed }

// Now returns the world's time, which is that of every host. From anywhere.
func (w *World) Now() time.Time { return w.epoch.Add(w.net.Now()) }

// Elapsed returns how much time has passed in the world since it was made. From anywhere.
func (w *World) Elapsed() time.Duration { return w.net.Now() }

// Sum returns the trace hash: over every decision and every kernel call so far. From anywhere.
func (w *World) Sum() uint64 { return w.tape.Sum() }

// Calls returns how many kernel calls the hosts have made. From anywhere.
func (w *World) Calls() uint64 { return w.net.Calls() }

// Hits returns how often each kind of fault has happened. From anywhere.
func (w *World) Hits() [FaultKinds]uint64 { return w.net.Hits() }

// SetFaults replaces the rates of all faults. From anywhere.
func (w *World) SetFaults(f Faults) {
	w.faulty = f != Faults{}
	w.net.SetFaults(f)
}

// Close ends the world: each host's runtime is shut down as by Handle.Shutdown and has its Config.Grace, in the world's
// time. The error tells of hosts that had failed and whose Err nobody has asked for, of panics that nobody joined, and of
// what was left behind. A second Close does nothing. Run does all this itself.
func (w *World) Close() error {
	w.noTask("Close")
	return w.close(w.shutDown)
}

// close ends all hosts in some way.
func (w *World) close(endHosts func()) error {
	if w.closed {
		return nil
	}
	w.closed = true
	w.ending = true
	endHosts()
	for _, h := range w.hosts {
		h.noteError()
	}
	w.noteForgotten()
	return errors.Join(w.failures...)
}

// noteForgotten fails a test that has nothing else to say for each host that could not do anything.
func (w *World) noteForgotten() {
	if w.bubble == nil || len(w.failures) > 0 || w.failed != nil && w.failed() {
		return
	}
	for _, h := range w.hosts {
		if h.forgotten {
			w.fail(fmt.Errorf("host %s never ran: call World.Run or World.RunUntil after World.Host", h.Name()))
		}
	}
}

// shutDown asks all hosts to end and lets the world run on until they have. A host that does not end, by a bug of the
// runtime or because the scenario still pauses it, is unwound without the world.
func (w *World) shutDown() {
	for _, h := range w.hosts {
		h.shutDown()
	}
	limit := w.after(patience)
	for w.alive() && w.step(limit) {
	}
	for _, h := range w.hosts {
		if h.alive() {
			w.fail(fmt.Errorf("host %s: has not ended within its grace period", h.Name()))
		}
	}
	w.abandon()
}

// abandon unwinds all hosts without the world: for the end of a scenario that was broken off.
func (w *World) abandon() {
	for _, h := range w.hosts {
		if h.alive() {
			h.machine.Crash()
			h.unwind()
		}
	}
}

// alive reports whether some host has not ended.
func (w *World) alive() bool {
	for _, h := range w.hosts {
		if h.alive() {
			return true
		}
	}
	return false
}

func (w *World) fail(err error) { w.failures = append(w.failures, err) }
