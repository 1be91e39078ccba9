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
// by the scheduler. It carries one Coroutine after another.
//
// The thread-lock state at its creation must equal that at every switch, else the Go runtime throws. That is the
// loop's driver's business: it locks the thread before the first task or never.
type worker struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	job   *Coroutine // what it carries; nil while idle
}

// goexit is what a worker panics with when a runtime.Goexit ends it; Coroutine.resumed recovers it. Without it
// iter.Pull would repeat the Goexit in whoever resumes, which is the loop.
type goexit struct{}

// takeWorker returns an idle worker, or a new one.
func (ex *Executor) takeWorker() *worker {
	ex.carried++
	if n := len(ex.idle); n > 0 {
		w := ex.idle[n-1]
		ex.idle[n-1] = nil
		ex.idle = ex.idle[:n-1]
		return w
	}
	return newWorker(ex.watch)
}

// putWorker takes a worker back whose job has ended: it is kept for reuse, or its goroutine ends. One whose job ended
// by a panic or a Goexit has ended itself.
func (ex *Executor) putWorker(w *worker, c *Coroutine) {
	ex.carried--
	if c.panicked != nil || c.goexited {
		return
	}
	if len(ex.idle) < maxIdle {
		ex.idle = append(ex.idle, w)
		return
	}
	w.stop()
}

// StopIdle ends the goroutines that wait for reuse.
func (ex *Executor) StopIdle() {
	for i, w := range ex.idle {
		ex.idle[i] = nil
		w.stop()
	}
	ex.idle = ex.idle[:0]
}

// newWorker makes a coroutine that waits for its first job.
//
// A parked task keeps its stack, of which Go gives 2 KB at first and more in powers of two. So what stands on it below
// the job is one function and carry.
//
// A Goexit goes on after a deferred call has recovered a panic that another one raised during it. So it is here that
// it is turned into a panic, which iter.Pull recovers and gives to whoever resumes, and not where the job's panics are
// recovered.
func newWorker(watch *Watch) *worker {
	w := &worker{}
	w.next, w.stop = iter.Pull(func(yield func(struct{}) bool) {
		returned, id := false, watch.enter()
		defer func() {
			watch.leave(id)
			if !returned {
				panic(goexit{})
			}
		}()
		w.yield = yield
		for more := true; more; {
			pprof.SetGoroutineLabels(w.job.labels())
			w.carry(w.job)
			if w.job.panicked != nil {
				break // its goroutine is not used again: the panic may have left anything behind
			}
			w.job = nil
			pprof.SetGoroutineLabels(context.Background()) // an idle goroutine is no task's
			more = yield(struct{}{})
		}
		returned = true
	})
	return w
}

// carry runs one job to its end, however it ends.
func (w *worker) carry(c *Coroutine) {
	returned := false
	defer func() {
		switch v := recover(); {
		case returned:
		case v != nil:
			c.panicked = asPanicError(v)
		default: // recover does not see a Goexit
			c.goexited = true
		}
		if c.groups != nil {
			if err := c.endGroups(returned); err != nil {
				c.panicked = err
			}
		}
		c.phase = ended
	}()
	c.body.run()
	returned = true
}
