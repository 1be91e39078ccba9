package sim

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/internal/kernel/simnet"
	"github.com/eddy-go/eddy/internal/tape"
)

// life is one run of a host's program, from boot to end: a runtime on a kernel, carried by a coroutine of the world that
// parks where the kernel waits.
type life struct {
	kernel *simnet.Kernel
	rt     *eddy.Runtime
	next   func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool // nil until the first turn

	over   bool
	cut    bool          // ended by the world: by a crash, a kill or the world's end
	lost   bool          // without a chance to let go of anything in order: by a crash or a kill
	ranAt  time.Duration // the time of the last turn
	err    error
	asked  bool             // somebody has looked at err
	panic  *eddy.PanicError // what the main function panicked with
	goexit bool             // the main function ended by a Goexit, as t.FailNow does
}

// goexit is what a host's coroutine panics with when a Goexit ends it: iter.Pull would repeat the Goexit in the world,
// before its other hosts are unwound.
type goexit struct{}

// silentAboutUrgent is the chance that a kernel of a world with faults does not report urgent data. Picked: most do.
const silentAboutUrgent = 0.25

// boot starts a new life.
func (h *Host) boot() {
	l := &h.life
	*l = life{}
	h.paused = false
	l.kernel = h.machine.Boot(h.park)
	if h.w.faulty && h.w.tape.Chance("silent about urgent data", silentAboutUrgent) {
		l.kernel.SetUrgent(false)
	}
	if b := h.w.bubble; b != nil {
		l.kernel.OnWake(b.ring)
		l.rt = eddy.NewWithKernel(h.config, bubbled{l.kernel, h})
	} else {
		l.rt = eddy.NewWithKernel(h.config, l.kernel)
	}
	l.next, l.stop = iter.Pull(h.live)
}

// park is where the host's kernel waits.
func (h *Host) park() { h.life.yield(struct{}{}) }

// live is the body of the host's coroutine.
func (h *Host) live(yield func(struct{}) bool) {
	l := &h.life
	l.yield = yield
	returned := false
	defer func() {
		l.over = true
		v := recover()
		h.lookForLeaks()
		switch {
		case returned:
		case v != nil:
			l.panic = panicError(v)
		default: // recover does not see a Goexit
			l.goexit = true
			panic(goexit{})
		}
	}()
	var mainErr error
	// The main function's error does not take part in BlockOn's: that one is about the runtime.
	err := l.rt.BlockOn(func(rt *eddy.Runtime) error {
		mainErr = h.fn(rt)
		return nil
	})
	returned = true
	h.settle(mainErr, err)
}

// settle decides what the end of a life means. After a deadlock the main function was cancelled, and says only that.
func (h *Host) settle(mainErr, runErr error) {
	l := &h.life
	var deadlock *eddy.DeadlockError
	switch {
	case l.cut: // no news; even an offloaded function may still have been on its way
	case errors.As(runErr, &deadlock):
		h.rename(deadlock.Tasks)
		l.err = runErr
	case runErr == nil:
		l.err = mainErr
	default:
		l.err = errors.Join(mainErr, runErr)
	}
}

// lookForLeaks asks what the runtime has left behind.
func (h *Host) lookForLeaks() {
	l := &h.life
	if n := l.kernel.Open(); n > 0 {
		h.w.fail(fmt.Errorf("host %s: has ended with %d open descriptors", h.Name(), n))
	}
	if s := l.rt.Stats(); s.Tasks+s.Sources+s.Timers > 0 {
		h.w.fail(fmt.Errorf("host %s: has ended with %d tasks, %d sources and %d timers left", h.Name(), s.Tasks, s.Sources, s.Timers))
	}
}

func (h *Host) alive() bool { return !h.life.over }

// fresh reports whether the host has not had a turn yet.
func (h *Host) fresh() bool { return h.life.yield == nil }

// able reports whether the host has something to do.
func (h *Host) able() bool {
	return h.alive() && !h.paused && (h.fresh() || h.life.kernel.Runnable())
}

// turn lets the host run until it parks or ends.
func (h *Host) turn() {
	w := h.w
	w.running = h
	w.guard.begin(h)
	began := w.bubble.now()
	h.resume()
	h.noteBlocking(w.bubble.now() - began)
	w.guard.end()
	w.running = nil
	h.life.ranAt = w.net.Now()
	if h.life.over {
		w.note(h, "ended")
		w.raise(h)
	}
}

func (h *Host) resume() {
	defer func() {
		if v := recover(); v != nil && v != (goexit{}) {
			panic(v)
		}
	}()
	h.life.next()
}

// unwind ends the host's life at once. Its kernel is dead: nothing that its tasks still do is seen by anybody, and its
// waits end at once, on a clock of their own.
func (h *Host) unwind() {
	l := &h.life
	l.cut, l.lost = true, true
	h.paused = false
	if h.fresh() {
		h.neverMind()
		return
	}
	handle := l.rt.Handle()
	handle.Shutdown()
	for h.alive() {
		h.turn()
	}
	handle.Release()
}

// shutDown asks the host to end in order.
func (h *Host) shutDown() {
	if !h.alive() {
		return
	}
	h.life.cut = true
	h.paused = false
	if h.fresh() {
		h.forgotten = h.made == h.w.steps
		h.neverMind()
		return
	}
	handle := h.life.rt.Handle()
	handle.Shutdown()
	handle.Release() // it was open for no turn: whether the host is in a deadlock does not depend on it
}

// neverMind ends a life that has not begun.
func (h *Host) neverMind() {
	h.life.stop()
	h.life.over = true
}

// raise passes on what ended the host's main function to whoever runs the world. At the world's end it is one error
// among others.
func (w *World) raise(h *Host) {
	l := &h.life
	switch {
	case l.panic != nil && w.ending:
		w.fail(fmt.Errorf("host %s: %w", h.Name(), l.panic))
	case l.panic != nil:
		panic(l.panic)
	case l.goexit && !w.ending:
		runtime.Goexit()
	}
}

// noteError puts down an error that nobody has asked for.
func (h *Host) noteError() {
	l := &h.life
	if l.err != nil && !l.asked {
		h.w.fail(fmt.Errorf("host %s (ended after %v): %w", h.Name(), l.ranAt, l.err))
	}
	l.asked = true
}

// note writes down what the scenario does to a host, and what becomes of it.
func (w *World) note(h *Host, what string) {
	w.tape.Record(tape.Entry{At: w.net.Now(), Host: h.Name(), What: what})
}

func panicError(v any) *eddy.PanicError {
	if e, ok := v.(*eddy.PanicError); ok {
		return e
	}
	return &eddy.PanicError{Value: v, Stack: debug.Stack()}
}
