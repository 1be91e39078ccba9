package future

import "time"

// A Context is what one Poll may use: whom to wake, what time it is, how much it may still do. It is valid during
// that Poll only: keep the waker or the clock, never the Context.
type Context struct {
	waker Waker
	env   *Env
}

// NewContext returns a context that wakes w and shares env. It is for executors and test kits.
func NewContext(w Waker, env *Env) Context { return Context{waker: w, env: env} }

// Env is what all polls of one executor share. The executor owns it: before each poll of a task it sets Budget anew, and
// Outside to what it was after that task's last poll.
type Env struct {
	// Clock is the executor's clock.
	Clock Clock
	// Budget is the number of leaf operations that the running poll may still do before it must let others run.
	Budget int
	// Outside is set when somebody takes a Waker: then the task may be woken by something that the executor cannot see.
	// A future that polls only some of those that it waits for sets it again for the others.
	Outside bool
	// Yielded holds whom to wake after the next kernel turn.
	Yielded []LocalWaker
}

// Waker returns the waker of this poll, for any goroutine. A task whose wait took one counts as wakeable from
// outside, so the runtime never reports it as deadlocked; code on the loop takes a LocalWaker.
func (cx *Context) Waker() Waker {
	cx.env.Outside = true
	return cx.waker
}

// LocalWaker returns the waker of this poll for code that runs on the polling goroutine only.
func (cx *Context) LocalWaker() LocalWaker { return LocalWaker(cx.waker) }

// Clock returns the clock. It may be kept, as a waker may.
func (cx *Context) Clock() Clock { return cx.env.Clock }

// Spend takes one leaf operation (a read, an accept, a received item) from the budget of this poll. When nothing is
// left it returns false and has arranged for a wake after the next kernel turn: the caller returns Pending. So an
// always-ready future cannot keep the loop from timers and other tasks.
func (cx *Context) Spend() bool {
	if cx.env.Budget > 0 {
		cx.env.Budget--
		return true
	}
	cx.Yield()
	return false
}

// Yield arranges for a wake after the next kernel turn; the caller returns Pending.
func (cx *Context) Yield() {
	cx.env.Yielded = append(cx.env.Yielded, cx.LocalWaker())
}

// For returns a context of the same poll that wakes t instead: a combinator gives one to each child, so that it
// learns which child was woken. Store it in the combinator; one on the stack would be allocated anew each poll.
func (cx *Context) For(t Target, key uint64) Context {
	return Context{waker: Waker{t, key}, env: cx.env}
}

// A Clock tells the time of one runtime and wakes at deadlines. Times are monotonic, counted from the moment when the
// runtime was made. Its methods are for the polling goroutine.
type Clock interface {
	// Now reads the clock.
	Now() time.Duration
	// Arm wakes w when the clock has reached deadline, never before. The wake is a hint: compare with Now.
	Arm(deadline time.Duration, w LocalWaker) TimerID
	// Rearm moves an armed or fired timer to another deadline, and w replaces its waker. It returns the timer's id,
	// which is a new one if id was not armed any more.
	Rearm(id TimerID, deadline time.Duration, w LocalWaker) TimerID
	// Disarm ends a timer. An id that is zero or already ended is ignored.
	Disarm(id TimerID)
}

// TimerID names a timer of a Clock. The zero TimerID names none.
type TimerID uint64

// Never is the deadline that is not reached: 292 years after the runtime was made.
const Never = time.Duration(1<<63 - 1)

// After returns the deadline d after now. It saturates: it neither overflows nor lies before now.
func After(now, d time.Duration) time.Duration {
	if d <= 0 {
		return now
	}
	if d > Never-now {
		return Never
	}
	return now + d
}
