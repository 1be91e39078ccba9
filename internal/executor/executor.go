// Package executor runs tasks: futures that are polled until they are done, one at a time, on one goroutine.
//
// An Executor owns its tasks, the queue of those that are ready, and the coroutines that carry straight-line code. It
// knows futures and wakers; it knows no descriptor, no socket and no kernel. Everything in it belongs to the goroutine
// that calls PollReady (the loop), except Task.Wake, Post and PostSpawn, which are for any goroutine and end in the
// inbox.
//
// A wake only enqueues. Nothing is ever polled from inside a wake, so a task can wake another, or itself, from
// anywhere without being entered twice.
package executor

import (
	"iter"
	"time"

	"github.com/eddy-go/eddy/future"
)

// Clock is what the executor needs of time: the futures' clock, and the sample that the loop took last. The sample is
// never ahead of the clock.
type Clock interface {
	future.Clock
	Sample() time.Duration
}

// Options are what an Executor is made from.
type Options struct {
	Clock Clock
	// WakeLoop ends the loop's wait. It is called from any goroutine, one at a time.
	WakeLoop func()
	// OnPanic gets the panics that nobody joins.
	OnPanic func(TaskInfo, *PanicError)
	// MaxSpawns bounds the spawned functions that wait in the inbox.
	MaxSpawns int
	// ThreadID tells threads apart; with CheckThread every wait compares.
	ThreadID    func() int
	CheckThread bool
	// Pick chooses which of n tasks that are ready together is polled next: 0 <= Pick(n) < n. It is asked for n > 1
	// only. nil is the order of the wakes, and so is a Pick that always says 0.
	Pick func(n int) int
}

// pollBudget is how many leaf operations one poll may do before it must let the loop go on. Picked: large enough that
// a busy stream rarely meets it, small enough that a poll stays far below a millisecond.
const pollBudget = 128

// Executor polls tasks. See the package comment for who may call what.
type Executor struct {
	opt   Options
	env   future.Env
	clock Clock
	inbox inbox

	ready   queue          // tasks to poll, in the order of their wakes
	rounds  rounds         // with Pick: which of them are ready together
	cx      future.Context // of the poll in progress
	running *Task          // the task whose poll is in progress
	current *Coroutine     // the innermost coroutine on the stack
	polling bool           // a future's Poll or Cancel runs above current: its code must not wait

	live    taskList // tasks that are not done
	outside int      // live tasks whose waits took a Waker
	lastID  uint64

	work    iter.Seq[struct{}] // carryJobs, as one closure for all workers
	idle    []worker           // coroutines that wait for work, last in first out
	dismiss bool               // the worker that is resumed gets no job, and ends
	carried int                // coroutines that have begun and not ended
	panics  []report           // for OnPanic
	thread  int                // the loop's thread; 0 when unknown
	closing bool               // no new tasks
	forcing bool               // waits end their task
	counts  Counts

	kernelTurns uint64 // how often the loop has come back from the kernel

	watch *Watch // nil: nobody watches the polls
	kinds kinds  // what tasks of one function share
}

// Counts is what an executor has counted.
type Counts struct {
	Polls    uint64 // polls of tasks
	Wakes    uint64 // wakes that put a task into the ready queue
	Spawns   uint64 // tasks made, adopted coroutines included
	Posts    uint64 // wakes and functions that came from other goroutines
	Kicks    uint64 // of these, how many had to end the loop's wait
	Timeouts uint64 // waits that an expired WithTimeout ended
	Panics   uint64 // tasks that ended by a panic
}

// New returns an executor without tasks.
func New(opt Options) *Executor {
	ex := &Executor{opt: opt, clock: opt.Clock}
	ex.env.Clock = opt.Clock
	ex.work = ex.carryJobs
	ex.inbox.wakeLoop = opt.WakeLoop
	ex.inbox.maxSpawns = opt.MaxSpawns
	return ex
}

// Enter tells the executor that the calling goroutine is the loop from now on.
func (ex *Executor) Enter() {
	ex.thread = ex.opt.ThreadID()
}

// OnLoopThread reports whether the caller runs on the loop's thread. Where threads cannot be told apart it is false.
func (ex *Executor) OnLoopThread() bool {
	return ex.thread != 0 && ex.opt.ThreadID() == ex.thread
}

// PollReady polls up to limit ready tasks, in the order of their wakes; with a Pick, in the order of their rounds. Tasks
// woken meanwhile queue at the back.
func (ex *Executor) PollReady(limit int) {
	for ; limit > 0; limit-- {
		if ex.opt.Pick != nil {
			ex.rounds.draw(&ex.ready, ex.opt.Pick)
		}
		t := ex.ready.pop()
		if t == nil {
			break
		}
		ex.begin(t)
		if c := t.code; c != nil && c.steps && t.marks&asked == 0 && !c.interrupted() && c.waiting.(Stepper).Step(&ex.cx) {
			c.since = ex.clock.Sample() // as if it were another wait
			ex.file(t, false)
		} else if c != nil && c.resumable() {
			// As in resume, which would be one frame more.
			if t.marks&asked != 0 {
				c.setCanceled() // and resumed, the first time too, so that its deferred calls run
			}
			if c.phase == inert {
				c.takeWorker()
			}
			c.phase, ex.current = onStack, c
			c.w.next()
			ex.current, ex.polling = nil, false
			switch {
			case c.phase == ended:
				c.leaveWorker(nil)
				if t.marks&quiet != 0 { // without the deferred call of poll, which costs about 10 ns (measured)
					ex.file(t, t.body.poll(&ex.cx, true))
				} else {
					ex.poll(t, true)
				}
			case c.orphan:
				ex.poll(t, true)
			default: // it has parked
				ex.file(t, false)
			}
		} else {
			ex.poll(t, false)
		}
		if len(ex.panics) > 0 {
			ex.reportPanics()
		}
	}
	ex.watch.rest()
}

// PollAll polls every task that is ready now, and none that becomes ready later.
func (ex *Executor) PollAll() {
	if ex.opt.Pick != nil {
		ex.rounds.close(&ex.ready)
	}
	ex.PollReady(ex.ready.len())
}

// Ready returns how many tasks wait to be polled.
func (ex *Executor) Ready() int { return ex.ready.len() }

// WakeYielded wakes who yielded before this kernel turn. They come behind whom the kernel has woken (F17).
func (ex *Executor) WakeYielded() {
	ex.kernelTurns++
	if ex.opt.Pick != nil && len(ex.env.Yielded) > 0 {
		ex.rounds.close(&ex.ready)
	}
	for i, w := range ex.env.Yielded {
		ex.env.Yielded[i] = future.LocalWaker{}
		w.Wake()
	}
	ex.env.Yielded = ex.env.Yielded[:0]
}

// Yielded returns how many wait for the next kernel turn.
func (ex *Executor) Yielded() int { return len(ex.env.Yielded) }

// Live returns how many tasks are not done.
func (ex *Executor) Live() int { return ex.live.n }

// Coroutines returns how many coroutines have begun and not ended. More than live tasks can end means that a future
// did not forward a Cancel.
func (ex *Executor) Coroutines() int { return ex.carried }

// Running returns the task whose poll is in progress, or nil.
func (ex *Executor) Running() *Task { return ex.running }

// Counts returns what was counted so far.
func (ex *Executor) Counts() Counts {
	c := ex.counts
	c.Posts, c.Kicks = ex.inbox.counted()
	return c
}

// begin is the first part of every poll.
func (ex *Executor) begin(t *Task) {
	t.state = running
	ex.running = t
	ex.env.Budget = pollBudget
	ex.env.Outside = t.marks&outside != 0
	ex.cx = future.NewContext(future.NewWaker(t, 0), &ex.env)
	ex.counts.Polls++
	if ex.watch != nil {
		ex.watch.begin(t)
	}
}

// poll polls the task's future, or has its handle see how the code that was resumed has ended, and files the task.
func (ex *Executor) poll(t *Task, resumed bool) {
	// A Goexit in a hand-written future unwinds the loop's goroutine, and its deferred calls run the loop to its end: the
	// task must be filed on the way. It is done then.
	done := true
	defer func() { ex.file(t, done) }()
	done = t.body.poll(&ex.cx, resumed)
}

// file puts a task that was polled to where it belongs.
func (ex *Executor) file(t *Task, done bool) {
	ex.running = nil
	if waits := ex.env.Outside && !done; waits != (t.marks&outside != 0) {
		t.marks ^= outside
		if waits {
			ex.outside++
		} else {
			ex.outside--
		}
	}
	switch {
	case done:
		ex.retire(t)
	case t.state&wokenWhileRunning != 0:
		t.state = scheduled
		ex.ready.push(t)
	default:
		t.state = 0
	}
}

// schedule puts t, which has not ended, into the ready queue, unless it stands there already. A task that is running
// now follows once its poll has returned.
func (ex *Executor) schedule(t *Task) {
	switch {
	case t.state&(scheduled|wokenWhileRunning) != 0:
	case t.state&running != 0:
		t.state |= wokenWhileRunning
		ex.counts.Wakes++
	default:
		t.state = scheduled
		ex.ready.push(t)
		ex.counts.Wakes++
	}
}
