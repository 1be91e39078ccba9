package executor

import (
	"context"
	"iter"
	"runtime/pprof"
)

// maxIdle is how many coroutines wait for reuse at most. Picked: each keeps about 3 KB; a server whose clients come
// and go needs as many as end and begin in one turn.
const maxIdle = 256

// A worker is one coroutine of the Go runtime, made by iter.Pull: a goroutine that is switched to directly and never
// by the scheduler. It carries one Coroutine after another, each of which holds it meanwhile. It has no stop function:
// resumed where it is dismissed, it ends.
//
// The thread-lock state at its creation must equal that at every switch, else the Go runtime throws. That is the
// loop's driver's business: it locks the thread before the first task or never.
type worker struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
}

// goexit is what a worker panics with when a runtime.Goexit ends it; Executor.end recovers it. Without it iter.Pull would
// repeat the Goexit in whoever resumes, which is the loop.
type goexit struct{}

// takeWorker gives the coroutine an idle worker, or a new one.
func (c *Coroutine) takeWorker() {
	ex := c.ex
	if ex.current != nil {
		c.own().parent = ex.current
	}
	ex.carried++
	if n := len(ex.idle); n > 0 {
		c.w = ex.idle[n-1] // which stays where it was: no more than maxIdle are kept for nothing
		ex.idle = ex.idle[:n-1]
	} else {
		c.w.next, _ = iter.Pull(ex.work)
	}
}

// leaveWorker is the end of a coroutine that was resumed, for the code that goes on, if any. The worker is kept for
// reuse, or its goroutine ends.
func (c *Coroutine) leaveWorker(outer *Coroutine) {
	if outer != nil && outer.relabel { // c has named the task, and outer need not park any more
		outer.showName()
	}
	ex, w := c.ex, c.w
	c.w = worker{}
	ex.carried--
	few := c.few
	if few == nil {
		few = &none
	} else {
		few.cx, few.parent = nil, nil
		few.context.end(nil)
	}
	if few.panicked == nil && !few.goexited && len(ex.idle) < maxIdle {
		ex.idle = append(ex.idle, w)
	} else { // a panic has ended it already
		ex.end(w)
	}
}

// StopIdle ends the goroutines that wait for reuse.
func (ex *Executor) StopIdle() {
	for _, w := range ex.idle {
		ex.end(w)
	}
	ex.idle = nil
}

// end resumes a worker whose job is over, without another one: its goroutine ends.
func (ex *Executor) end(w worker) {
	ex.dismiss = true
	defer func() {
		ex.dismiss = false
		if v := recover(); v != nil && v != (goexit{}) {
			panic(v)
		}
	}()
	w.next()
}

// carryJobs is the coroutine: a worker's jobs. Each is the coroutine that is current when the worker is resumed.
//
// A parked task keeps its stack, of which Go gives 2 KB at first and more in powers of two. So what stands on it below
// the job is one function and carry.
//
// A Goexit goes on after a deferred call has recovered a panic that another one raised during it. So it is here that
// it is stopped, and not where the job's panics are recovered: the goroutine switches back in the midst of it, and so
// whoever resumed it needs no deferred call for what is as rare as this.
func (ex *Executor) carryJobs(yield func(struct{}) bool) {
	place := ex.watch.enter()
	returned := false
	defer func() {
		if !returned {
			yield(struct{}{})
			defer panic(goexit{})
		}
		ex.watch.leave(place)
	}()
	ex.current.w.yield = yield
	for !ex.dismiss {
		c := ex.current
		pprof.SetGoroutineLabels(c.labels())
		c.w.carry(c)
		if c.few != nil && c.few.panicked != nil {
			break // its goroutine is not used again: the panic may have left anything behind
		}
		pprof.SetGoroutineLabels(context.Background()) // an idle goroutine is no task's
		yield(struct{}{})
	}
	returned = true
}

// carry runs one job to its end, however it ends.
func (*worker) carry(c *Coroutine) {
	returned := false
	defer func() {
		if !returned {
			if v := recover(); v != nil {
				c.own().panicked = asPanicError(v)
			} else { // recover does not see a Goexit
				c.own().goexited = true
			}
		}
		if c.few != nil && c.few.groups != nil {
			if err := c.endGroups(returned); err != nil {
				c.own().panicked = err
			}
		}
		c.phase = ended
	}()
	c.body.run()
	returned = true
}
