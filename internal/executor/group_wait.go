package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/eddy-go/eddy/future"
)

// Wait waits for all children and returns what they have failed with. A child's panic comes out of it.
//
// It is not interrupted, because no child may outlive it: what interrupts the maker ends the children, and with them the
// wait, and is returned then.
func (g *Group) Wait() error {
	c := g.ex.Current("Group.Wait")
	if c != g.maker {
		panic("eddy: Group.Wait was called outside of the task, or the Async, that made the group: a child there would wait for itself, and so would whom a child waits for; join the handles of the children instead")
	}
	c.beginWait()
	for g.live > 0 {
		if c.interrupted() && !c.canceled { // a cancel reaches the children by itself
			g.cancel(context.DeadlineExceeded)
		}
		g.pause(c)
	}
	g.waited = true
	g.unlist()
	if g.panicked != nil {
		panic(g.panicked.panic)
	}
	return g.result(c.Spend())
}

// pause parks the maker until the last child has ended; it may return before. In a Cancel there is no poll, and so no
// waker: the executor then adopts the coroutine, and resumes it with one.
func (g *Group) pause(c *Coroutine) {
	if cx := c.cx(); cx != nil {
		g.waker = cx.LocalWaker()
	}
	c.park(g)
	g.waker = future.LocalWaker{}
}

// result is what Wait returns, of the children's errors and of what has interrupted the maker.
func (g *Group) result(interruption error) error {
	errs := g.errs
	if interruption != nil && !slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, interruption) }) {
		errs = slices.Insert(slices.Clone(errs), 0, interruption)
	}
	switch len(errs) {
	case 0:
		return g.gone
	case 1:
		return errs[0]
	}
	return errors.Join(errs...)
}

// endGroups is the end of a coroutine whose function has ended, however it has: it cancels the children in the groups
// that nobody has waited for, and waits for them, before anybody can see that the coroutine has ended. It reports a
// panic of a child, the first of them, if the coroutine has room for it; the others go to OnPanic.
func (c *Coroutine) endGroups(takes bool) (panicked *PanicError) {
	c.beginWait()
	for g := c.rare().groups; g != nil; g = g.next {
		g.cancel(ErrCanceled)
	}
	for c.rare().groups != nil {
		g := c.rare().groups
		g.cancel(ErrCanceled) // it may be one that got a child only now
		for g.live > 0 {
			g.pause(c)
		}
		if r := g.panicked; r != nil && takes && panicked == nil {
			panicked = r.panic
		} else if r != nil {
			c.ex.unjoined(r.info, r.panic)
		}
		g.unlist()
	}
	return panicked
}

// cancelGroups cancels the children in the groups of c, but not those of a group that was made in a Shield which lasts.
func (c *Coroutine) cancelGroups() {
	for g := c.rare().groups; g != nil; g = g.next {
		if g.scope.shield() == nil {
			g.cancel(ErrCanceled)
		}
	}
}

// list puts the group into its maker's list.
func (g *Group) list() {
	g.listed = true
	few := g.maker.own()
	g.prev, g.next = nil, few.groups
	if few.groups != nil {
		few.groups.prev = g
	}
	few.groups = g
}

// unlist takes it out, if it is in.
func (g *Group) unlist() {
	if !g.listed {
		return
	}
	g.listed = false
	if g.prev == nil {
		g.maker.own().groups = g.next
	} else {
		g.prev.next = g.next
	}
	if g.next != nil {
		g.next.prev = g.prev
	}
	g.next, g.prev = nil, nil
}

// namedChildren is how many children a task dump names. Picked: a line must stay a line.
const namedChildren = 3

// String says what the wait is for, in task dumps. It tells nothing of what the children wait for: that may be a task
// that waits for this one.
func (g *Group) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "a group of %d tasks", g.live)
	separator := ": "
	n := 0
	for m := g.first; m != nil; m = m.next {
		if n++; n > namedChildren {
			b.WriteString(", ...")
			break
		}
		b.WriteString(separator)
		b.WriteString(m.task.function().title())
		separator = ", "
	}
	return b.String()
}
