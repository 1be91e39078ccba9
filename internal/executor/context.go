package executor

import (
	"context"
	"time"
)

// taskContext is the context.Context of a coroutine or of a WithTimeout, made when somebody asks.
type taskContext struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// derive makes the context out of its parent.
func (tc *taskContext) derive(parent context.Context, deadline time.Time) context.Context {
	tc.ctx, tc.cancel = context.WithCancelCause(parent)
	if !deadline.IsZero() {
		tc.ctx = withDeadline{tc.ctx, deadline}
	}
	return tc.ctx
}

// end cancels the context, if anybody asked for it.
func (tc *taskContext) end(cause error) {
	if tc.cancel != nil {
		tc.cancel(cause)
	}
}

// withDeadline tells the deadline. The standard context inside it does all else: to a type of our own making, package
// context would attach a goroutine for each derived context. Nor does it run a timer of Go's: the loop has its own.
type withDeadline struct {
	context.Context
	deadline time.Time
}

func (w withDeadline) Deadline() (time.Time, bool) { return w.deadline, true }

// Context returns the current task's context: cancelled when the task is cancelled or has ended, and when the
// innermost WithTimeout has expired, whose deadline it tells. start is the moment at which the clock began. From a
// task.
func (ex *Executor) Context(start time.Time) context.Context {
	return ex.Current("Context").contextOf(start)
}

func (c *Coroutine) contextOf(start time.Time) context.Context {
	if c.scope != nil {
		return c.scope.contextOf(start)
	}
	return c.rootContext(start)
}

// rootContext is the context outside of any WithTimeout of c.
func (c *Coroutine) rootContext(start time.Time) context.Context {
	if c.context.ctx == nil {
		parent := context.Background()
		if c.parent != nil {
			parent = c.parent.contextOf(start)
		}
		c.context.derive(parent, time.Time{})
		if c.canceled {
			c.context.end(ErrCanceled)
		}
	}
	return c.context.ctx
}

func (s *scope) contextOf(start time.Time) context.Context {
	if s.context.ctx == nil {
		s.context.derive(s.parentContext(start), start.Add(s.deadline))
		s.expired(s.c.ex.clock.Sample())
	}
	return s.context.ctx
}

func (s *scope) parentContext(start time.Time) context.Context {
	if s.outer != nil {
		return s.outer.contextOf(start)
	}
	return s.c.rootContext(start)
}
