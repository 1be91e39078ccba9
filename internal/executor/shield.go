package executor

import "github.com/eddy-go/eddy/future"

// Shield runs fn in the current task, out of reach of the task's cancel and of the WithTimeouts around it; only the
// force at the end of the runtime gets through. From a task.
func (ex *Executor) Shield(fn func() error) error {
	c := ex.Current("Shield")
	// The waits in fn need a poll that can be woken. A Cancel is none: there the executor adopts the coroutine first.
	for c.cx() == nil {
		c.park(waitTurn)
	}
	s := &scope{c: c, outer: c.scope, deadline: future.Never, shields: true}
	c.scope = s
	c.canceled = false
	defer c.unshield(s)
	return fn()
}

// unshield ends a Shield, and what came meanwhile takes effect.
func (c *Coroutine) unshield(s *scope) {
	s.leave()
	if c.asked && c.scope.shield() == nil {
		c.canceled = true
		c.cancelGroups()
	}
}

// breakShields ends all of c's Shields by force. The children in its groups are tasks, to which force comes by itself.
func (c *Coroutine) breakShields() {
	for s := c.scope; s != nil; s = s.outer {
		s.shields = false
	}
	c.canceled = true
}

// shield returns the innermost Shield that lasts, of a scope and those around it.
func (s *scope) shield() *scope {
	for ; s != nil; s = s.outer {
		if s.shields && !s.over {
			return s
		}
	}
	return nil
}

// sheltered reports whether c is a child of a group that lives in somebody's Shield: the group was made in one, or in a
// child of such a group, or in an Async that is awaited in one.
func (c *Coroutine) sheltered() bool {
	for in := c.body.membership(); in != nil; in = c.body.membership() {
		c = in.group.maker
		for s := in.group.scope; ; s = c.scope {
			if s.shield() != nil {
				return true
			}
			parent := c.rare().parent
			if parent == nil {
				break
			}
			c = parent
		}
	}
	return false
}
