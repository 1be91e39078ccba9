package sim

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// turnLimit is how much real time a host's turn may take before the guard speaks up. Picked: far longer than a turn that
// computes, on any machine, and far shorter than a test binary's timeout.
const turnLimit = 10 * time.Second

// guard is a goroutine outside of the bubble that says so when a host's turn does not end: a lock that is held across a
// wait, a loop without a wait. Nothing can end the turn, so what ends the process is the timeout of the test binary, and
// that knows of no seed. A guard lives as long as the Run that started it. The world tells it of each turn by atomics, as
// a channel or a lock would tie the bubble to what is outside.
type guard struct {
	limit time.Duration
	out   io.Writer

	run   atomic.Pointer[run]  // the present one, or the last
	turns atomic.Uint64        // that have begun
	host  atomic.Pointer[Host] // whose turn it is, if any

	// Of the goroutine alone: the turn that it looks at, since when, and whether it has spoken of it.
	seen  uint64
	since time.Time
	told  bool

	quit chan struct{}
	over chan struct{}
}

// startGuard starts the goroutine; stop ends it.
func startGuard(limit time.Duration, out io.Writer) *guard {
	g := &guard{limit: limit, out: out, quit: make(chan struct{}), over: make(chan struct{})}
	go g.watch()
	return g
}

// begin and end stand around each turn. A world of New has no guard.
func (g *guard) begin(h *Host) {
	if g != nil {
		g.turns.Add(1)
		g.host.Store(h)
	}
}

func (g *guard) end() {
	if g != nil {
		g.host.Store(nil)
	}
}

// watch looks at the world now and then. It notices a long turn up to a quarter late.
func (g *guard) watch() {
	defer close(g.over)
	ticker := time.NewTicker(g.limit / 4)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			g.look(now)
		case <-g.quit:
			return
		}
	}
}

// look speaks up, once, if the turn that goes on is the one that went on a limit ago.
func (g *guard) look(now time.Time) {
	h, turn := g.host.Load(), g.turns.Load()
	switch {
	case turn != g.seen:
		g.seen, g.since, g.told = turn, now, false
	case h != nil && !g.told && now.Sub(g.since) >= g.limit:
		g.told = true
		r := g.run.Load()
		fmt.Fprintf(g.out, "sim: in %s, %s, host %s has been in one turn for %v of real time: is a lock held across a wait, "+
			"or is there a loop without a wait? Only the test's timeout can end it.%s\n",
			r.t.Name(), r.decisions(), h.Name(), now.Sub(g.since).Round(time.Millisecond), r.replay())
	}
}

func (g *guard) stop() {
	close(g.quit)
	<-g.over
}
