package executor

import (
	"context"
	"time"

	"github.com/eddy-go/eddy/future"
)

// scope is one WithTimeout or Shield of a coroutine, or what the children of a group inherit. Scopes nest: an inner one
// never ends later than the outer, unless there is a Shield in between.
type scope struct {
	c        *Coroutine // nil: the children of a group share it
	outer    *scope
	deadline time.Duration
	shields  bool // a Shield that force has not broken
	over     bool // fn has left it
	context  taskContext
}

// expired ends the context too, if the deadline has come. It compares with the turn's sample, which is never ahead of
// the clock: no timeout is early.
func (s *scope) expired(sample time.Duration) bool {
	if sample < s.deadline {
		return false
	}
	s.context.end(context.DeadlineExceeded)
	return true
}

// Wake is never used: only the clock knows a scope, and it wakes on the loop.
func (s *scope) Wake(key uint64) { s.WakeLocal(key) }

// WakeLocal implements future.Target for the clock: it cancels the context, and wakes the wait in progress, whichever
// poll that belongs to by now.
func (s *scope) WakeLocal(uint64) {
	s.expired(s.c.ex.clock.Sample())
	s.c.rare().waker.Wake()
}

// WithTimeout runs fn in the current task. Once d is over every wait in it returns os.ErrDeadlineExceeded. From a
// task.
func (ex *Executor) WithTimeout(d time.Duration, fn func() error) error {
	c := ex.Current("WithTimeout")
	c.own() // the wakers of its waits are kept from now on
	now := ex.clock.Sample()
	if d > 0 {
		now = ex.clock.Now()
	}
	s := &scope{c: c, outer: c.scope, deadline: future.After(now, d)}
	if s.outer != nil {
		s.deadline = min(s.deadline, s.outer.deadline)
	}
	timer := ex.clock.Arm(s.deadline, future.NewWaker(s, 0).Local())
	c.scope = s
	defer func() {
		ex.clock.Disarm(timer)
		s.leave()
	}()
	return fn()
}

// leave ends a scope. It need not be the innermost: code in an iter.Pull of the program's own can begin a WithTimeout
// before one of the task's and leave it later, or first.
func (s *scope) leave() {
	s.over = true
	s.context.end(nil)
	c := s.c
	for c.scope != nil && c.scope.over {
		c.scope = c.scope.outer
	}
}
