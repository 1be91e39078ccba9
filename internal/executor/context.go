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

// derive makes the context out of its parent. Without a deadline of its own it has the parent's.
func (tc *taskContext) derive(parent context.Context, deadline time.Time) context.Context {
	tc.ctx, tc.cancel = context.WithCancelCause(parent)
	if deadline.IsZero() {
		deadline, _ = parent.Deadline()
	}
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

// Err tells the deadline from a cancellation. A context that somebody derives from this one has package context's word
// for both, Canceled, and the difference in its cause.
func (w withDeadline) Err() error {
	err := w.Context.Err()
	if err != nil && context.Cause(w.Context) == context.DeadlineExceeded {
		return context.DeadlineExceeded
	}
	return err
}

// Context returns the current task's context: cancelled when the task is cancelled or has ended, and when the
// innermost WithTimeout has expired, whose deadline it tells. start is the moment at which the clock began. From a
// task.
func (ex *Executor) Context(start time.Time) context.Context {
	c := ex.Current("Context")
	ctx := c.contextOf(start)
	if t := ex.running; t != nil {
		if n := t.notes.Load(); n != nil && n.own { // it may have got another name since somebody asked first
			ctx = c.labeled(ctx)
		}
	}
	return ctx
}

func (c *Coroutine) contextOf(start time.Time) context.Context { return c.contextIn(c.scope, start) }

// contextIn is the context that holds in a scope of c.
func (c *Coroutine) contextIn(s *scope, start time.Time) context.Context {
	if s == nil || s.c == nil {
		return c.rootContext(start)
	}
	return s.contextOf(start)
}

// rootContext is the context outside of any WithTimeout or Shield of c. It derives from that of the group whose child c
// is, or of the coroutine that awaits it.
func (c *Coroutine) rootContext(start time.Time) context.Context {
	tc := &c.own().context
	if tc.ctx == nil {
		parent := context.Background()
		if m := c.body.membership(); m != nil {
			parent = m.group.contextOf(start)
		} else if c.few.parent != nil {
			parent = c.few.parent.contextOf(start)
		}
		tc.derive(c.labeled(parent), time.Time{})
		if c.asked {
			tc.end(ErrCanceled)
		}
	}
	return tc.ctx
}

func (s *scope) contextOf(start time.Time) context.Context {
	if s.context.ctx == nil {
		parent := s.c.contextIn(s.outer, start)
		deadline := start.Add(s.deadline)
		if s.shields {
			parent, deadline = context.WithoutCancel(parent), time.Time{}
		}
		s.context.derive(parent, deadline)
		s.expired(s.c.ex.clock.Sample())
		if s.over { // a group was made in it, and outlives it
			s.context.end(nil)
		}
	}
	return s.context.ctx
}

// contextOf is what the contexts of the children derive from: of the maker's, where it made the group, it has the
// values and the deadline. It ends when the waits of the children do, not before and not later.
func (g *Group) contextOf(start time.Time) context.Context {
	tc := &g.bound.context
	if tc.ctx == nil {
		made := g.maker.contextIn(g.scope, start)
		deadline, _ := made.Deadline()
		tc.derive(context.WithoutCancel(made), deadline)
		if !g.expired() && g.canceled {
			tc.end(g.cause)
		}
	}
	return tc.ctx
}
