package future

import (
	"slices"
	"sync"
)

// A group polls the children of a Join, Race or Select. Each child has a target of its own, so a Poll of the group
// visits the children that were woken and no others: the work is O(1) a wake, however many children there are. (A race
// also sorts those that were woken.)
//
// The fields above mu belong to the polling goroutine. A child woken there goes straight into the woken list; a child
// woken by another goroutine is left in the posted list, which the next Poll takes in.
type group struct {
	name     string // what Poll after the end complains about
	state    groupState
	children []child
	live     int // children without a final result
	outside  int // pending children whose latest poll took a Waker

	woken queue
	// signalled: the parent was woken since its latest Poll began, so that further local wakes need not repeat it.
	signalled bool
	// order is a race's room for sorting the woken children by index.
	order []int32
	// context is what the child being polled gets. It stands here because one on the stack would be allocated anew in
	// each Poll.
	context Context

	mu     sync.Mutex
	parent Waker // of the latest Poll; written by the polling goroutine under mu, which may read it without
	posted postedQueue
}

type groupState uint8

const (
	groupFresh   groupState = iota // never polled: it holds nothing, and no child's waker exists
	groupWaiting                   // between polls
	groupPolling                   // inside Poll, or a child's panic has left it
	groupEnded                     // final result or cancelled: no child is live
)

// start makes the group ready for its first Poll. Each child has its slot already.
func (g *group) start(name string, children []child) {
	g.name = name
	g.children = children
	g.live = len(children)
	for i := range children {
		children[i].group = g
		children[i].index = int32(i)
	}
}

// join polls the woken children in the order of their wakes. It returns nil when all have succeeded, and the first
// error as soon as there is one; then the others have been cancelled.
//
// It stops, and comes back after the next kernel turn, when the budget is spent and children are left. Each of them
// would find no budget and ask to be polled again: with n children, n polls a turn and n turns (F24). Those left are
// the first in the next Poll, so each child has its turn.
func (g *group) join(cx *Context) error {
	g.begin(cx)
	last := g.woken.tail
	for g.woken.head != nil {
		c := g.woken.pop()
		if err := g.poll(c, cx); err != nil && err != Pending {
			g.end()
			return err
		}
		if c == last { // what follows was woken during this Poll, and so was the parent
			break
		}
		if cx.env.Budget <= 0 {
			cx.Yield()
			break
		}
	}
	if g.live == 0 {
		g.end()
		return nil
	}
	return g.pause(cx)
}

// race polls the woken children, those with a lower index first, up to the first that has a final result. It returns
// that child's index and error; then the others have been cancelled.
//
// It does not stop when the budget is spent: behind the child that spent it may stand a timer, whose check needs none
// (F17).
func (g *group) race(cx *Context) (winner int, err error) {
	g.begin(cx)
	g.order = g.order[:0]
	for g.woken.head != nil {
		g.order = append(g.order, g.woken.pop().index)
	}
	slices.Sort(g.order)
	for _, i := range g.order {
		if err := g.poll(&g.children[i], cx); err != Pending {
			g.end()
			return int(i), err
		}
	}
	return -1, g.pause(cx)
}

// begin takes in whom to wake and who was woken. From here on a wake of any child wakes the parent again.
func (g *group) begin(cx *Context) {
	switch g.state {
	case groupFresh:
		for i := range g.children {
			g.woken.push(&g.children[i])
		}
	case groupPolling:
		panic("future: " + g.name + " polled from inside its own Poll, or after one of its futures panicked")
	case groupEnded:
		PolledAfterDone(g.name)
	}
	g.state = groupPolling
	g.signalled = false

	g.mu.Lock()
	g.parent = cx.waker
	c := g.posted.takeAll()
	g.mu.Unlock()
	for c != nil {
		next := c.nextPosted
		c.nextPosted = nil // before the bit falls: after that, other goroutines may link c anew
		c.unpost()
		if c.slot != nil {
			g.woken.push(c)
		}
		c = next
	}
}

// poll polls one child.
func (g *group) poll(c *child, cx *Context) error {
	c.queued = false // from here on: a wake that comes while the child is being polled leads to another poll
	env := cx.env
	outside := env.Outside
	env.Outside = false
	g.context = cx.For(c, 0)
	err := c.slot.poll(&g.context)
	g.setOutside(c, err == Pending && env.Outside)
	env.Outside = outside
	if err != Pending {
		g.live--
		c.close()
	}
	return err
}

// pause ends a Poll that has no final result. Whoever polls may reset Outside before each poll, but a child that took its
// Waker earlier and was not woken still waits for it: without this the task could look deadlocked.
func (g *group) pause(cx *Context) error {
	g.state = groupWaiting
	if g.outside > 0 {
		cx.env.Outside = true
	}
	return Pending
}

func (g *group) setOutside(c *child, outside bool) {
	if c.outside == outside {
		return
	}
	c.outside = outside
	if outside {
		g.outside++
	} else {
		g.outside--
	}
}

// Cancel cancels the children that were polled and are not final.
func (g *group) Cancel() { g.end() }

// end lets go of all children and of the parent. Children that were polled and are not final are cancelled.
func (g *group) end() {
	g.state = groupEnded
	g.woken = queue{}
	g.mu.Lock()
	g.parent = Waker{}
	g.posted.takeAll()
	g.mu.Unlock()
	if g.live > 0 {
		g.live = 0
		g.cancelFrom(0)
	}
}

// cancelFrom cancels the children from the given index on. A panic in one Cancel goes on to the caller, but only after
// the others were cancelled: they must not stay registered.
func (g *group) cancelFrom(i int) {
	defer func() {
		if i < len(g.children) {
			g.cancelFrom(i + 1)
		}
	}()
	for ; i < len(g.children); i++ {
		c := &g.children[i]
		if slot := c.slot; slot != nil {
			c.close()
			slot.cancel()
		}
	}
}
