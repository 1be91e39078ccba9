package sim

import (
	"math"
	"time"
)

// patience is how long RunUntil goes on at most. Picked: longer than any timeout that a program is likely to have, and
// short enough that a world which only ticks comes to its end in seconds.
const patience = 24 * time.Hour

// patienceAfterFailure is how long RunUntil goes on in a test that has failed. Picked: most scenarios are over by then.
const patienceAfterFailure = time.Minute

// Run lets the world run for a time. It is over at once where nothing happens.
func (w *World) Run(d time.Duration) {
	defer w.drive("Run")()
	end := w.after(d)
	for {
		if w.step(end) {
			continue
		}
		if w.net.Now() >= end {
			return
		}
		w.pass(end)
	}
}

// RunUntil lets the world run until cond reports true, and asks it after each turn of a host and each move of the clock.
// It returns false, with cond still false, when nothing can happen any more, and when a day has passed in the world; a
// minute, once the test has failed: what is waited for may have ended by t.Fatal. Dump tells who waits for what; a
// failing test prints what it said then. In a bubble, a goroutine of the test's own might still do something, so there
// the day passes first.
func (w *World) RunUntil(cond func() bool) bool {
	defer w.drive("RunUntil")()
	end, limit := w.after(patience), "a day had passed"
	failed := false
	w.stuck = ""
	for !cond() {
		if !failed && w.failed != nil && w.failed() {
			failed = true
			if soon := w.after(patienceAfterFailure); soon < end {
				end, limit = soon, "a minute had passed since the test failed"
			}
		}
		switch {
		case w.step(end):
		case w.nothingMore(end, limit):
			return false
		}
	}
	return true
}

// nothingMore waits for the bubble's other goroutines, which alone can do something before end, and reports whether they
// have let it pass. What it keeps for the report is the state from before the wait: that says nothing about the tasks.
// limit names what is over at end.
func (w *World) nothingMore(end time.Duration, limit string) bool {
	switch {
	case w.bubble == nil:
		return true
	case w.net.Now() < end:
		w.stuck = ""
		if w.bubble.sleep(end - w.net.Now()) {
			w.giveUp(limit)
		}
		return false
	case w.stuck == "":
		w.giveUp(limit)
	}
	return true
}

// giveUp keeps for the report why RunUntil ends and how the world is.
func (w *World) giveUp(limit string) {
	w.stuck = limit
	if _, more := w.net.Next(); !more {
		w.stuck = "nothing was due any more, and " + limit
	}
	w.stuck += ". When something happened last, " + w.Dump()
}

// step does the next thing that is due before a time: it lets a host run, or moves the clock to what happens next. It
// reports false if there is none.
func (w *World) step(end time.Duration) bool {
	w.steps++
	w.catchUp()
	if h := w.draw(); h != nil {
		h.turn()
		return true
	}
	at, ok := w.net.Next()
	if !ok || at > end {
		return false
	}
	w.pass(at)
	return true
}

// draw decides which of the hosts that can run goes next.
func (w *World) draw() *Host {
	w.able = w.able[:0]
	for _, h := range w.hosts {
		if h.able() {
			w.able = append(w.able, h)
		}
	}
	if len(w.able) == 0 {
		return nil
	}
	return w.able[w.tape.Below("host", len(w.able))]
}

// pass lets time pass, up to a moment. In a bubble it may end early, because a goroutine has woken a host.
func (w *World) pass(to time.Duration) {
	if w.bubble != nil && to > w.net.Now() {
		w.bubble.sleep(to - w.net.Now())
		w.catchUp()
		return
	}
	w.net.Advance(to)
}

// catchUp brings the network to the bubble's time, when all other goroutines of the bubble have done what they had to
// do by then.
func (w *World) catchUp() {
	if w.bubble == nil {
		return
	}
	if now := w.bubble.settled(); now > w.net.Now() {
		w.net.Advance(now)
	}
}

// after returns the time when d has passed. Times beyond the clock's end are its end; a bubble's is in 2262, when the
// nanoseconds since 1970 no longer fit.
func (w *World) after(d time.Duration) time.Duration {
	now, last := w.net.Now(), time.Duration(math.MaxInt64)
	if w.bubble != nil {
		last -= time.Duration(w.epoch.UnixNano())
	}
	if d > last-now {
		return last
	}
	return now + max(d, 0)
}

// drive begins a run of the world; what it returns ends it.
func (w *World) drive(op string) (end func()) {
	w.noTask(op)
	w.open(op)
	w.driving = true
	return func() { w.driving, w.running = false, nil }
}

// noTask panics where the world runs already: in a host's task, or in a function of After. op names the caller's method.
func (w *World) noTask(op string) {
	w.notInTask(op)
	if w.driving {
		panic("sim: World." + op + " was called by the world itself, in After's function or RunUntil's condition, or by " +
			"another goroutine while the world runs: the world is for the scenario's goroutine; call it in the scenario")
	}
}

// notInTask panics in a host's task, which must not end the ground that it stands on.
func (w *World) notInTask(op string) {
	if w.running != nil {
		panic("sim: World." + op + " was called while host " + w.running.Name() + " runs: call it in the scenario, between runs, or in a function given to World.After")
	}
}

// open panics if the world has ended.
func (w *World) open(op string) {
	if w.closed {
		panic("sim: World." + op + " was called after the end of the world")
	}
}
