package executor

import "github.com/eddy-go/eddy/future"

// Await polls f until it is done, parking the running coroutine in between. It works only in a coroutine's own body:
// from a task, and not inside a Poll.
//
// Code that runs in f's Poll is not c's body and must not wait. Should the poll panic, f has no final result and is
// cancelled: it may wrap futures that are registered somewhere. c's body may recover and wait again.
func Await[T any](ex *Executor, f future.Future[T]) (T, error) {
	c := ex.Current("Await")
	c.beginWait()
	defer func() {
		if ex.polling { // the poll has not returned
			abandon(c, f)
		}
	}()
	for polled := false; ; polled = true {
		if c.interrupted() {
			if polled {
				abandon(c, f)
			}
			var zero T
			return zero, c.interruption()
		}
		ex.polling = true
		v, err := f.Poll(c.cx())
		if err != future.Pending {
			if err != nil {
				future.CheckFinal(f, err)
			}
			ex.polling = false
			return v, err
		}
		ex.polling = false
		c.beforePark(f)
		c.w.yield(struct{}{})
		c.unparked()
	}
}

func abandon[T any](c *Coroutine, f future.Future[T]) {
	ex := c.ex
	ex.polling = true
	defer ex.pollingDone()
	f.Cancel()
}

func (ex *Executor) pollingDone() { ex.polling = false }

// beginWait starts a new wait: what an earlier one gave to the world outside does not count for it. Only a task's own
// code can tell; beside a nested coroutine others may be waiting.
func (c *Coroutine) beginWait() {
	if c.root {
		c.ex.env.Outside = false
	}
}
