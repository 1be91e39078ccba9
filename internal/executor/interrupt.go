package executor

import (
	"os"
	"runtime"
)

// interrupted reports whether the coroutine's waits fail: it is cancelled, or its innermost WithTimeout has expired.
func (c *Coroutine) interrupted() bool {
	return c.canceled || c.scope != nil && c.interruptedInScope()
}

func (c *Coroutine) interruptedInScope() bool {
	if c.asked && c.ex.forcing {
		c.breakShields()
		return true
	}
	return c.scope.expired(c.ex.clock.Sample())
}

// interruption returns the error of a failing wait. The wait costs one unit of the poll budget, and when that is
// spent it gives the loop a turn first: a task that ignores its errors burns turns, not the loop.
//
// In a forced task it calls runtime.Goexit instead. The deferred calls that run then find waits that fail again, for
// one budget; after that comes the next Goexit, which ends the deferred call. (A panic would not do: user code,
// text/template, fmt and HTTP servers recover those.)
func (c *Coroutine) interruption() error {
	ex := c.ex
	if ex.env.Budget > 0 {
		ex.env.Budget--
	} else {
		c.yieldTurn()
	}
	if !c.canceled {
		ex.counts.Timeouts++
		return os.ErrDeadlineExceeded
	}
	if ex.forcing {
		few := c.own()
		if few.exitAfter == 0 {
			few.exitAfter = pollBudget
			few.forced = true
			runtime.Goexit()
		}
		few.exitAfter--
	}
	return ErrCanceled
}

// Refuse ends the taking of new tasks: from now on a spawn returns a handle that has ended with ErrClosed. Functions
// that other goroutines have left before become tasks still.
func (ex *Executor) Refuse() {
	ex.inbox.refuse()
	ex.TakeIn()
	ex.closing = true
}

// CancelAll asks every live task to end. The children of a group whose maker is in a Shield learn it when that ends.
func (ex *Executor) CancelAll() {
	for t := ex.live.first; t != nil; t = t.next {
		if c := t.code; c == nil || !c.sheltered() {
			t.cancel()
		}
	}
}

// Force makes every wait of a cancelled task end that task, and polls all of them once more.
func (ex *Executor) Force() {
	ex.forcing = true
	for t := ex.live.first; t != nil; t = t.next {
		t.marks |= asked
		ex.schedule(t)
	}
}
