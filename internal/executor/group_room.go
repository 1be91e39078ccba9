package executor

import (
	"errors"
	"fmt"
)

// errGroupOver is the result of a child that comes too late.
var errGroupOver = errors.New("eddy: Go in a group whose Wait has returned, or whose task has ended")

// SetLimit bounds the children that run at a time. 0 or less is no limit.
func (g *Group) SetLimit(n int) {
	g.ex.checkThread()
	g.limit = max(n, 0)
	g.giveRooms()
}

// refusal says why the group takes no more children.
func (g *Group) refusal() error {
	switch {
	case g.ex.closing:
		return ErrClosed
	case g.waited || g.maker.phase == ended:
		return errGroupOver
	case g.canceled || g.maker.asked && g.scope.shield() == nil:
		return ErrCanceled
	}
	return nil
}

// admit takes room for one child, and waits for it if there is a limit.
func (g *Group) admit() error {
	err := g.refusal()
	if g.limit > 0 {
		c := g.ex.Current("Group.Go") // not only where it has to wait: the mistake should show every time
		if err == nil && g.live >= g.limit {
			return g.awaitRoom(c)
		}
	}
	if err != nil {
		g.ex.Pay() // a loop that counts on Go, or on a child, to wait must not keep the loop
		return err
	}
	g.live++
	return nil
}

// A room is a wait for a child's end, after which another one may begin. It has been given when the wait is not listed
// any more, and then it counts as live: so the maker's Wait waits for the child that will have it, and nobody comes in
// between.
type room struct {
	joinNode
	g *Group
}

func (g *Group) awaitRoom(c *Coroutine) error {
	r := &room{g: g}
	g.rooms.add(&r.joinNode)
	c.beginWait()
	for r.listed {
		switch err := g.refusal(); {
		case err != nil:
			g.rooms.remove(&r.joinNode)
			return err
		case c.interrupted():
			g.rooms.remove(&r.joinNode)
			return c.interruption()
		}
		r.waker = c.LocalWaker()
		c.park(r)
	}
	if err := g.refusal(); err != nil {
		g.leaveRoom()
		return err
	}
	return nil
}

// giveRooms gives what room there is to those who wait for it, first come, first served.
func (g *Group) giveRooms() {
	for n := g.rooms.first; n != nil && (g.limit == 0 || g.live < g.limit); n = g.rooms.first {
		g.rooms.remove(n)
		g.live++
		n.waker.Wake()
	}
}

// leaveRoom gives up the room of a child that has ended, or has not begun.
func (g *Group) leaveRoom() {
	g.live--
	g.giveRooms()
	if g.live > 0 {
		return
	}
	g.ex.clock.Disarm(g.timer)
	g.timer = 0
	if g.panicked == nil {
		g.unlist()
	}
	g.waker.Wake()
}

// String says what the wait is for, in task dumps.
func (r *room) String() string { return fmt.Sprintf("room in a group of %d tasks", r.g.live) }
