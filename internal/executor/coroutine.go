package executor

import (
	"time"

	"github.com/eddy-go/eddy/future"
)

// A Coroutine is straight-line code as one more future: a poll resumes it, and it is pending when it parks. Nothing
// but this package knows that futures can be coroutines.
type Coroutine struct {
	ex   *Executor
	body runner
	w    *worker // from the first poll to the end

	phase    phase
	canceled bool // every wait returns ErrCanceled
	orphan   bool // canceled while running: whoever polled it will not do so again
	adopted  bool // a task of its own, whose result nobody gets
	goexited bool
	panicked *PanicError

	cx        *future.Context // of the poll that resumed it; nil when a Cancel did
	exitAfter int             // while forced: failing waits left before the next Goexit

	root    bool              // a task's own code, not one of several that the task waits for
	parent  *Coroutine        // the coroutine that awaits this one, if any: contexts derive from it
	scope   *scope            // the innermost WithTimeout
	waker   future.LocalWaker // of the wait in progress, kept for scope
	context taskContext

	waiting any           // what it waits for, while parked
	since   time.Duration // since when
}

// runner is the typed part of a coroutine.
type runner interface {
	run()
	entry() any // the function, for its name
}

// phase is where a coroutine stands in its life.
type phase uint8

const (
	inert   phase = iota // never polled: it holds nothing
	onStack              // it runs, or something that it called polls another future
	parked               // in a wait
	ended                // returned, panicked, exited, or canceled before it began
)

// resume runs the coroutine until it parks or ends. cx is nil when a Cancel resumes it.
func (c *Coroutine) resume(cx *future.Context) {
	ex := c.ex
	outer, polling := ex.current, ex.polling
	if c.phase == inert {
		c.parent = outer
		c.w = ex.takeWorker()
		c.w.job = c
	}
	c.phase = onStack
	c.cx = cx
	ex.current, ex.polling = c, false
	c.w.switchTo()
	ex.current, ex.polling = outer, polling
	c.cx = nil
	if c.phase == ended {
		w := c.w
		c.w = nil
		c.parent = nil
		c.context.end(nil)
		if c.panicked == nil && !c.goexited {
			ex.putWorker(w)
		}
	}
}

// park switches back to whoever resumed. It returns when it is resumed, for whatever reason.
func (c *Coroutine) park(what any) {
	c.ex.checkThread()
	c.waiting, c.since = what, c.ex.clock.Sample()
	if c.scope != nil && c.cx != nil {
		c.waker = c.cx.LocalWaker()
	}
	c.phase = parked
	c.w.yield(struct{}{})
	c.waiting = nil
}

// poll resumes the coroutine and reports whether it has ended.
func (c *Coroutine) poll(cx *future.Context, name string) bool {
	switch c.phase {
	case ended:
		future.PolledAfterDone(name)
	case onStack:
		panic("eddy: a coroutine was polled from inside itself")
	}
	c.resume(cx)
	if c.phase == parked && c.orphan {
		c.ex.adopt(c)
	}
	return c.phase == ended
}

// Cancel unwinds the coroutine inside the call: its waits return ErrCanceled and its deferred calls run. If it parks
// all the same, the executor adopts it as a task of its own. On a coroutine that is just running it only sets the
// flag.
func (c *Coroutine) Cancel() {
	switch c.phase {
	case inert:
		c.phase = ended
	case onStack:
		c.setCanceled()
		c.orphan = true
	case parked:
		c.setCanceled()
		c.resume(nil)
		if c.phase == parked {
			c.ex.adopt(c)
		} else {
			c.reportPanic()
		}
	}
}

// setCanceled makes every wait fail from now on.
func (c *Coroutine) setCanceled() {
	if !c.canceled {
		c.canceled = true
		c.context.end(ErrCanceled)
		for s := c.scope; s != nil; s = s.outer {
			s.context.end(ErrCanceled)
		}
	}
}

// reportPanic hands a panic that nobody will see otherwise to OnPanic.
func (c *Coroutine) reportPanic() {
	if c.panicked != nil {
		c.ex.counts.Panics++
		c.ex.reportPanic(TaskInfo{Name: functionName(c.body.entry()), State: "canceled"}, c.panicked)
	}
}

// Yield parks the running coroutine until the kernel has been asked once more. From a task.
func (ex *Executor) Yield() error {
	c := ex.Current("Yield")
	if c.interrupted() {
		return c.interruption()
	}
	c.yieldTurn()
	if c.interrupted() {
		return c.interruption()
	}
	return nil
}

// yieldTurn parks until the next kernel turn. In a Cancel there is no poll to come back to: parking then makes the
// executor adopt the coroutine, which does the same.
func (c *Coroutine) yieldTurn() {
	if c.cx != nil {
		c.cx.Yield()
	}
	c.park(waitTurn)
}

// waitNote is a wait that has no future.
type waitNote string

func (w waitNote) String() string { return string(w) }

var waitTurn any = waitNote("its next turn")

// Spend takes one leaf operation of the poll's budget, and gives the loop a turn when none is left. An interrupted
// task gets the error that its waits return.
func (c *Coroutine) Spend() error {
	if c.interrupted() {
		return c.interruption()
	}
	if c.ex.env.Budget > 0 {
		c.ex.env.Budget--
		return nil
	}
	c.yieldTurn()
	if c.interrupted() {
		return c.interruption()
	}
	return nil
}

// Current returns the running coroutine. It panics where no task may wait; op names the caller's method.
func (ex *Executor) Current(op string) *Coroutine {
	if ex.current == nil || ex.polling {
		ex.noTask(op)
	}
	ex.checkThread()
	return ex.current
}

func (ex *Executor) noTask(op string) {
	if ex.polling {
		panic("eddy: " + op + " waits, and a future's Poll or Cancel must not: return future.Pending and keep the waker, or put the code into eddy.Async")
	}
	panic("eddy: " + op + " was called with no task running: call it inside BlockOn or Spawn; from another goroutine use Handle.Spawn")
}

// checkThread panics on a goroutine that is not the loop, if the runtime was told to look.
func (ex *Executor) checkThread() {
	if ex.opt.CheckThread && ex.thread != 0 && ex.opt.ThreadID() != ex.thread {
		panic("eddy: a method for tasks was called from another goroutine: use Handle.Spawn to run code as a task")
	}
}
