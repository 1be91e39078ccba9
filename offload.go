package eddy

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/eddy-go/eddy/future"
)

// Offload runs fn on a goroutine of its own, outside the loop, and is the future of its result: for what blocks (a
// file, a lookup, another library's lock) or computes for long. fn must not touch what belongs to tasks. It begins
// with the first poll; at most Config.MaxOffload run at once, the others queue in order. Cancelling the future drops
// the result, but fn runs to its end; when the runtime ends it waits for fn within Config.Grace. A panic in fn comes
// out of the wait as a *PanicError.
func Offload[T any](rt *Runtime, fn func() (T, error)) Future[T] {
	return &offload[T]{pool: &rt.offloads, fn: fn}
}

type offload[T any] struct {
	pool  *offloadPool
	fn    func() (T, error)
	job   *offloadJob
	waker future.LocalWaker
	done  bool
	over  bool

	// Written by the goroutine before it posts the end, read by the loop afterwards.
	value    T
	err      error
	panicked *PanicError
}

func (o *offload[T]) Poll(cx *future.Context) (T, error) {
	var zero T
	switch {
	case o.over:
		future.PolledAfterDone("Offload")
	case o.job == nil:
		o.job = &offloadJob{name: o.fn, run: o.run, ended: o.ended}
		o.pool.submit(o.job)
	case o.done:
		o.over = true
		if o.panicked != nil {
			panic(o.panicked)
		}
		return o.value, o.err
	}
	o.waker = cx.LocalWaker()
	return zero, future.Pending
}

// Cancel implements Future. A function that has not begun will not begin.
func (o *offload[T]) Cancel() {
	o.over = true
	o.waker = future.LocalWaker{}
	o.pool.forget(o.job)
}

// String says what the wait is for, in task dumps.
func (o *offload[T]) String() string { return "offloaded " + nameOf(o.fn) }

// run is called on the pool's goroutine.
func (o *offload[T]) run() {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			o.panicked = &PanicError{Value: v, Stack: debug.Stack()}
		} else {
			o.err = ErrGoexit
		}
	}()
	o.value, o.err = o.fn()
	returned = true
}

// ended is called on the loop.
func (o *offload[T]) ended() {
	o.done = true
	o.waker.Wake()
}

// offloadPool bounds the goroutines that run offloaded functions. It belongs to the loop.
type offloadPool struct {
	rt      *Runtime
	running []*offloadJob // each has a goroutine
	queued  []*offloadJob
}

type offloadJob struct {
	name  any
	run   func() // on a goroutine of the pool
	ended func() // on the loop
}

// inFlight returns how many functions run or wait to run.
func (p *offloadPool) inFlight() int { return len(p.running) + len(p.queued) }

func (p *offloadPool) submit(j *offloadJob) {
	if len(p.running) >= p.rt.config.MaxOffload {
		p.queued = append(p.queued, j)
		return
	}
	p.start(j)
}

// start gives a job its goroutine, which ends with the job's function: also by a Goexit in it, after the deferred call.
// In a simulation the loop stands still until the function has ended, and learns of it some virtual time later.
func (p *offloadPool) start(j *offloadJob) {
	p.running = append(p.running, j)
	post := func() { p.rt.exec.Post(func() { p.finish(j) }) }
	if p.rt.world != nil {
		p.rt.world.Offload(j.run, post)
		return
	}
	go func() {
		defer post()
		j.run()
	}()
}

func (p *offloadPool) finish(j *offloadJob) {
	p.running = without(p.running, j)
	j.ended()
	if len(p.queued) > 0 {
		next := p.queued[0]
		p.queued = without(p.queued, next)
		p.start(next)
	}
}

// forget drops a job that waits to run.
func (p *offloadPool) forget(j *offloadJob) { p.queued = without(p.queued, j) }

// unfinished names the functions that did not end in time.
func (p *offloadPool) unfinished() error {
	if len(p.running) == 0 {
		return nil
	}
	names := make([]string, len(p.running))
	for i, j := range p.running {
		names[i] = nameOf(j.name)
	}
	return fmt.Errorf("eddy: %d offloaded functions still run after the grace period: %s", len(names), strings.Join(names, ", "))
}

func without(jobs []*offloadJob, j *offloadJob) []*offloadJob {
	for i := range jobs {
		if jobs[i] == j {
			copy(jobs[i:], jobs[i+1:])
			jobs[len(jobs)-1] = nil
			return jobs[:len(jobs)-1]
		}
	}
	return jobs
}

func nameOf(fn any) string {
	return runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
}
