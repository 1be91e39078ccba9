package executor

import (
	"context"
	"errors"
	"os"

	"github.com/eddy-go/eddy/future"
)

// A Group is children of one coroutine, its maker: tasks that do not outlive it. The maker waits for them in Wait, or
// at its own end, whichever way that comes (worker.carry).
//
// What the maker's cancel and its deadlines are for its waits, they are for those of the children: a cancel reaches them
// at once, and the deadline that held where the group was made is theirs. So the group is all that a child has to obey,
// and neither the waits of the children nor their contexts look at the maker.
type Group struct {
	ex    *Executor
	maker *Coroutine
	scope *scope // of the maker, where it made the group
	bound scope  // the children's outermost: the deadline that they inherit, and the context that theirs derive from
	timer future.TimerID

	first, last *member // the children that have not ended, in the order in which they came
	live        int     // how many these are, and how many rooms were given to who waited for one
	limit       int     // of live; 0: none
	rooms       joinList
	waker       future.LocalWaker // the maker's, while it waits for the children

	canceled bool
	cause    error   // of the cancel
	timedOut bool    // errs holds what the inherited deadline has ended
	waited   bool    // Wait has returned
	errs     []error // of the children, as they came
	gone     error   // of the first child that a cancel has ended
	panicked *report // of the first child that panicked

	next, prev *Group // in the maker's list, while there are children or a panic
	listed     bool
}

// Begin makes g a new group of the running coroutine.
func (g *Group) Begin(ex *Executor) {
	c := ex.Current("Group")
	*g = Group{ex: ex, maker: c, scope: c.scope}
	g.bound.deadline = future.Never
	if c.scope != nil {
		g.bound.deadline = c.scope.deadline
	}
}

// Cancel asks the children to end. It returns at once.
func (g *Group) Cancel() {
	g.ex.checkThread()
	g.cancel(ErrCanceled)
}

// cancel lets no more children in and cancels those that are there, unless all their waits fail already: who was ended
// by the deadline shall be told so.
func (g *Group) cancel(cause error) {
	if g.canceled {
		return
	}
	g.canceled, g.cause = true, cause
	g.rooms.wakeAll()
	if g.expired() {
		return
	}
	g.bound.context.end(cause)
	for m := g.first; m != nil; m = m.next {
		m.co.setCanceled()
		m.task.cancel()
	}
}

// expired reports whether the inherited deadline is over.
func (g *Group) expired() bool { return g.bound.expired(g.ex.clock.Sample()) }

// groupDeadline is a group as the clock's target.
type groupDeadline Group

// Wake is never used: only the clock knows the deadline, and it wakes on the loop.
func (d *groupDeadline) Wake(key uint64) { d.WakeLocal(key) }

// WakeLocal implements future.Target: the deadline of the children has come.
func (d *groupDeadline) WakeLocal(uint64) {
	g := (*Group)(d)
	g.expired()
	for m := g.first; m != nil; m = m.next {
		g.ex.schedule(m.task)
	}
}

// add takes in a child, for which there is room.
func (g *Group) add(m *member) {
	if !g.listed {
		g.list()
	}
	if g.timer == 0 && g.bound.deadline != future.Never {
		g.timer = g.ex.clock.Arm(g.bound.deadline, future.NewWaker((*groupDeadline)(g), 0).Local())
	}
	m.prev = g.last
	if g.last == nil {
		g.first = m
	} else {
		g.last.next = m
	}
	g.last = m
}

// remove takes a child out that has ended.
func (g *Group) remove(m *member) {
	if m.prev == nil {
		g.first = m.next
	} else {
		m.prev.next = m.next
	}
	if m.next == nil {
		g.last = m.prev
	} else {
		m.next.prev = m.prev
	}
	m.next, m.prev = nil, nil
}

// take notes how a child has ended, and cancels the others if it has failed.
func (g *Group) take(m *member, err error) {
	switch {
	case err == nil:
	case m.co.asked && onlyIs(err, context.Canceled): // it did as it was told
		if g.gone == nil {
			g.gone = err
		}
	case g.expired() && (onlyIs(err, os.ErrDeadlineExceeded) || onlyIs(err, context.DeadlineExceeded)):
		if !g.timedOut { // one tells of the deadline that is common to all
			g.timedOut = true
			g.errs = append(g.errs, err)
		}
		g.cancel(err)
	default:
		g.errs = append(g.errs, err)
		g.cancel(err)
	}
}

// onlyIs reports whether err is target in all its parts: of several errors in one, each.
func onlyIs(err, target error) bool {
	for {
		switch e := err.(type) {
		case interface{ Unwrap() []error }:
			parts := e.Unwrap()
			for _, part := range parts {
				if !onlyIs(part, target) {
					return false
				}
			}
			return len(parts) > 0
		case interface{ Unwrap() error }:
			if err = e.Unwrap(); err == nil {
				return false
			}
		default:
			return errors.Is(err, target)
		}
	}
}
