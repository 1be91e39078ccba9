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
	w    worker // from the first poll to the end

	phase    phase
	asked    bool // it was canceled: somebody asked for its end
	canceled bool // every wait returns ErrCanceled: asked, and not in a Shield
	orphan   bool // canceled while running: whoever polled it will not do so again
	adopted  bool // a task of its own, whose result nobody gets
	relabel  bool // the task's name has changed, and its goroutine does not show it yet
	root     bool // a task's own code, not one of several that the task waits for
	steps    bool // waiting is a Stepper that answers the wakes of the task whose own code this is

	scope *scope // the innermost WithTimeout or Shield
	few   *few   // nil until it needs one; see rare and own

	waiting any           // what it waits for, while parked
	since   time.Duration // since when
}

// few is what few coroutines have, or for a short time only.
type few struct {
	cx      *future.Context   // see Coroutine.cx; a coroutine that is no root has a few, for this
	parent  *Coroutine        // the coroutine that awaits this one, if any: contexts derive from it
	groups  *Group            // the first of those that it has made and that have children
	waker   future.LocalWaker // of the wait in progress, kept for scope
	context taskContext

	panicked *PanicError
	goexited bool
	forced   bool // a wait has called Goexit
	// exitAfter is, while forced, how many failing waits are left before the next Goexit.
	exitAfter uint8
}

var none few // nobody changes it

// rare returns what the coroutine has of that, to be read.
func (c *Coroutine) rare() *few {
	if c.few == nil {
		return &none
	}
	return c.few
}

// own returns it to be changed.
func (c *Coroutine) own() *few {
	if c.few == nil {
		c.few = new(few)
	}
	return c.few
}

// exited reports whether a Goexit of the code's own has ended it.
func (f *few) exited() bool { return f.goexited && !f.forced }

// runner is the typed part of a coroutine.
type runner interface {
	run()
	entry() uintptr      // of the function, for its name
	release()            // forgets the function and its result
	membership() *member // nil unless it is a child in a group, and has not ended
}

// phase is where a coroutine stands in its life.
type phase uint8

const (
	inert   phase = iota // never polled: it holds nothing
	onStack              // it runs, or something that it called polls another future
	parked               // in a wait
	ended                // returned, panicked, exited, or canceled before it began
)

// resume runs the coroutine until it parks or ends. cx is nil when a Cancel resumes it. A task's own code is resumed by
// PollReady itself.
//
// Each function between the loop and the switch costs about 7 ns (measured): the switch changes the stack, so the
// processor guesses each return wrong. The same holds on the other side, between the switch and the code that waits.
func (c *Coroutine) resume(cx *future.Context) {
	ex := c.ex
	outer, polling := ex.current, ex.polling
	if c.phase == inert {
		c.takeWorker()
	}
	if !c.root {
		c.few.cx = cx
	}
	c.phase = onStack
	ex.current, ex.polling = c, false
	c.w.next()
	ex.current, ex.polling = outer, polling
	if c.phase == ended {
		c.leaveWorker(outer)
	}
}

// Pause parks the running coroutine, which has arranged for its LocalWaker to be woken. It may return without reason: the
// caller looks again, and asks Spend whether it may. It is Await without the frames of a future's Poll.
func (c *Coroutine) Pause(what any) {
	c.beginWait()
	c.beforePark(what)
	c.w.yield(struct{}{})
	c.unparked()
}

// A Stepper is a wait that may go on after a wake: it knows what the coroutine would do, and can do it without it.
type Stepper interface {
	// Step is called in place of a resumption, unless the coroutine is interrupted. It reports whether the coroutine goes
	// on waiting; if not, it is resumed at once. Like a future's Poll it must not wait.
	Step(cx *future.Context) bool
}

// PauseStepping is Pause for a wait that is a Stepper. Of a task's own code only: other code is resumed by each wake.
func (c *Coroutine) PauseStepping(what Stepper) {
	c.beginWait()
	c.beforePark(what)
	c.steps = c.root
	c.w.yield(struct{}{})
	c.steps = false
	c.unparked()
}

// cx returns the context of the poll that has resumed the coroutine; nil when a Cancel did. A task's own code is resumed
// by the executor.
func (c *Coroutine) cx() *future.Context {
	if c.root {
		return &c.ex.cx
	}
	return c.few.cx
}

// LocalWaker returns the waker of the poll that runs the coroutine. It is for a coroutine that is not interrupted.
func (c *Coroutine) LocalWaker() future.LocalWaker { return c.cx().LocalWaker() }

// park switches back to whoever resumed. It returns when it is resumed, for whatever reason.
func (c *Coroutine) park(what any) {
	c.beforePark(what)
	c.w.yield(struct{}{})
	c.unparked()
}

// beforePark notes what the coroutine waits for. Await calls it, and then yields itself: as in resume, a frame less.
func (c *Coroutine) beforePark(what any) {
	c.waiting, c.since = what, c.ex.clock.Sample()
	if c.few != nil {
		if cx := c.cx(); cx != nil {
			c.few.waker = cx.LocalWaker()
		}
	}
	c.phase = parked
}

// resumable reports whether a poll may resume the coroutine; checkPoll says why not.
func (c *Coroutine) resumable() bool {
	return (c.phase == parked || c.phase == inert) && !c.adopted
}

// checkPoll panics where a poll is a mistake of the caller's.
func (c *Coroutine) checkPoll(name string) {
	switch {
	case c.phase == ended, c.adopted:
		future.PolledAfterDone(name)
	case c.phase == onStack:
		panic("eddy: a coroutine was polled from inside itself")
	}
}

// Cancel unwinds the coroutine inside the call: its waits return ErrCanceled and its deferred calls run. If it parks
// all the same, the executor adopts it as a task of its own. On a coroutine that is just running it only sets the
// flag, and one that waits in a Shield waits on, as a task of its own.
func (c *Coroutine) Cancel() {
	switch {
	case c.adopted: // it belongs to its own task by now
	case c.phase == inert:
		c.phase = ended
	case c.phase == onStack:
		c.setCanceled()
		c.orphan = true
	case c.phase == parked:
		c.setCanceled()
		if c.canceled { // else its wait goes on, and only a poll can bring that a waker
			c.unwind()
		}
		if c.phase == parked {
			c.ex.adopt(c)
		} else {
			c.reportPanic()
		}
	}
}

// unwind resumes a cancelled coroutine. It has a budget of its own: whether it ends inside the Cancel must not depend
// on what the poll in progress has done before.
func (c *Coroutine) unwind() {
	env := &c.ex.env
	left := env.Budget
	env.Budget = pollBudget
	c.resume(nil)
	env.Budget = left
}

// setCanceled makes every wait fail from now on, or from the end of the Shield on, and cancels the children in its
// groups.
func (c *Coroutine) setCanceled() {
	if !c.asked {
		c.asked = true
		c.canceled = c.scope.shield() == nil
		c.rare().context.end(ErrCanceled) // and with it those of the WithTimeouts, which derive from it
		c.cancelGroups()
	}
}

// reportPanic hands a panic that nobody will see otherwise to OnPanic.
func (c *Coroutine) reportPanic() {
	if err := c.rare().panicked; err != nil {
		c.ex.counts.Panics++
		info := TaskInfo{State: "canceled"}
		c.describe(&info)
		name := ""
		if t := c.ex.running; t != nil { // its own by now, or the one that has given it up
			info.ID, name = t.id, t.givenName()
		}
		info.called(name)
		c.ex.unjoined(info, err)
	}
}

// Yield parks the running coroutine until the kernel has been asked once more, whatever wakes it before. From a task.
func (ex *Executor) Yield() error {
	c := ex.Current("Yield")
	for turn := ex.kernelTurns; turn == ex.kernelTurns && !c.interrupted(); {
		c.yieldTurn()
	}
	if c.interrupted() {
		return c.interruption()
	}
	return nil
}

// yieldTurn parks until the next kernel turn, or until something else wakes the task. In a Cancel there is no poll to
// come back to: parking then makes the executor adopt the coroutine, which does the same.
func (c *Coroutine) yieldTurn() {
	if cx := c.cx(); cx != nil {
		cx.Yield()
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

// Pay takes one leaf operation of the budget for what has its result already and is not interrupted: so a loop that
// counts on it to wait burns turns, not the loop, and a forced task ends there (F37). Where nothing may wait it takes
// nothing: what polls there has paid.
func (ex *Executor) Pay() {
	c := ex.current
	if c == nil || ex.polling {
		return
	}
	ex.checkThread()
	switch {
	case ex.forcing && c.interrupted():
		_ = c.interruption()
	case ex.env.Budget > 0:
		ex.env.Budget--
	default:
		c.yieldTurn()
	}
}

// Current returns the running coroutine. It panics where no task may wait; op names the caller's method.
func (ex *Executor) Current(op string) *Coroutine {
	if ex.current == nil || ex.polling || ex.opt.CheckThread {
		ex.checkCaller(op)
	}
	return ex.current
}

func (ex *Executor) checkCaller(op string) {
	if ex.current == nil || ex.polling {
		ex.noTask(op)
	}
	ex.checkThread()
}

func (ex *Executor) noTask(op string) {
	if ex.polling || ex.running != nil {
		panic("eddy: " + op + " was called in a future's Poll or Cancel, which must not wait: return future.Pending and keep the waker, or put the code into eddy.Async")
	}
	panic("eddy: " + op + " was called with no task running: call it inside BlockOn or Spawn; from another goroutine use Handle.Spawn, or Runtime.NetConn for a net.Conn")
}

// checkThread panics on a goroutine that is not the loop, if the runtime was told to look.
func (ex *Executor) checkThread() {
	if ex.opt.CheckThread && ex.thread != 0 && ex.opt.ThreadID() != ex.thread {
		panic("eddy: a method for tasks was called from another goroutine: use Handle.Spawn to run code as a task, or Runtime.NetConn for a net.Conn")
	}
}
