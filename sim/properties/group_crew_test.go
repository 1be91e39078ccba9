package properties_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// crew is a program of groups of every kind: inside each other, with limits, deadlines and Shields, with children that
// fail and panic, with makers that do not wait. It keeps count of the children and sees that none outlives its group.
type crew struct {
	t  *testing.T
	rt *eddy.Runtime

	began, deferred int // children, and their deferred calls
	ended           int // runs that came to their own end

	waits   int    // so far
	before  int    // which of them something happens
	happens func() // what

	groups  []*brood
	handles []*eddy.JoinHandle[struct{}] // of the children
	exposed bool                         // Shields may be broken: by force, or because something inside them is cancelled
}

// run is the whole program.
func (c *crew) run() (struct{}, error) {
	for i, part := range []func() error{c.plain, c.failing, c.limited, c.timed, c.shielded, c.panicking, c.leaving, c.nested} {
		if err := part(); err != nil {
			return struct{}{}, fmt.Errorf("part %d: %w", i, err)
		}
	}
	c.ended++
	return struct{}{}, nil
}

// nap is a wait.
func (c *crew) nap(d time.Duration) error {
	if c.waits++; c.waits-1 == c.before && c.happens != nil {
		c.happens()
	}
	if d == 0 {
		return c.rt.Yield()
	}
	return c.rt.Sleep(d)
}

// brood is a group whose children are counted.
type brood struct {
	*eddy.Group
	c     *crew
	alive int
}

func (c *crew) brood() *brood {
	b := &brood{Group: c.rt.Group(), c: c}
	c.groups = append(c.groups, b)
	return b
}

// child starts one. When it is ended it takes its time.
func (b *brood) child(fn func() error) {
	c := b.c
	c.handles = append(c.handles, b.Go(func() error {
		c.began++
		b.alive++
		defer func() {
			c.deferred++
			b.alive--
		}()
		defer func() { _ = c.nap(0) }()
		return fn()
	}))
}

// wait is Wait with a look at what is left.
func (b *brood) wait() error {
	defer func() {
		if b.alive != 0 {
			b.c.t.Errorf("wait %d: %d children have outlived Wait", b.c.before, b.alive)
		}
	}()
	return b.Wait()
}

func (c *crew) plain() error {
	b := c.brood()
	for i := range 3 {
		b.child(func() error { return c.nap(time.Duration(i) * time.Millisecond) })
	}
	return b.wait()
}

func (c *crew) failing() error {
	b := c.brood()
	b.child(func() error { return c.nap(time.Hour) })
	b.child(func() error { _ = c.nap(0); return errPart })
	return besides(errPart, b.wait())
}

func (c *crew) limited() error {
	b := c.brood()
	b.SetLimit(2)
	for range 5 {
		b.child(func() error { return c.nap(0) })
	}
	return b.wait()
}

func (c *crew) timed() error {
	var b *brood
	err := c.rt.WithTimeout(time.Millisecond, func() error {
		b = c.brood()
		b.child(func() error { return c.nap(time.Hour) })
		b.child(func() error { return c.nap(time.Hour) })
		return c.nap(0)
	})
	return errors.Join(err, besides(os.ErrDeadlineExceeded, b.wait()))
}

// shielded cleans up, and nothing but force gets in between.
func (c *crew) shielded() error {
	mustNap := func() error {
		err := c.nap(time.Millisecond)
		if err != nil && !c.exposed {
			c.t.Errorf("wait %d: in a Shield: %v", c.before, err)
		}
		return err
	}
	err := c.rt.Shield(func() error {
		b := c.brood()
		b.child(mustNap)
		b.child(func() error { return c.rt.Shield(mustNap) })
		return b.wait()
	})
	return errors.Join(err, c.nap(0))
}

func (c *crew) panicking() (err error) {
	b := c.brood()
	b.child(func() error { return c.nap(time.Hour) })
	b.child(func() error { _ = c.nap(0); panic(errPart) })
	defer func() {
		if v := recover(); v != nil && !errors.Is(v.(error), errPart) {
			c.t.Errorf("out of Wait came %v", v)
		}
	}()
	return b.wait()
}

// leaving is makers that end without Wait: a task, and an Async that loses a race.
func (c *crew) leaving() error {
	var b *brood // nil if the runtime ends
	h := eddy.Spawn(c.rt, func() (struct{}, error) {
		b = c.brood()
		b.child(func() error { return c.nap(time.Hour) })
		return struct{}{}, c.nap(0)
	})
	_, err := h.Join()
	if h.Done() && b != nil && b.alive != 0 {
		c.t.Errorf("wait %d: %d children have outlived their maker", c.before, b.alive)
	}
	if err != nil {
		return err
	}
	slow := eddy.Async(c.rt, func() (struct{}, error) {
		other := c.brood()
		other.child(func() error { return c.nap(time.Hour) })
		return struct{}{}, c.nap(time.Minute)
	})
	if _, err := eddy.Await(c.rt, future.Race(slow, eddy.Sleep(time.Millisecond))); err != nil {
		return err
	}
	return c.nap(time.Millisecond)
}

func (c *crew) nested() error {
	b := c.brood()
	for range 2 {
		b.child(func() error {
			inner := c.brood()
			defer inner.wait()
			inner.child(func() error { return c.nap(time.Millisecond) })
			inner.child(func() error { return c.nap(0) })
			return c.nap(0)
		})
	}
	if err := b.wait(); err != nil {
		return err
	}
	return c.nap(0)
}

// errPart is what some children fail with.
var errPart = errors.New("the part of a failing child")

// besides returns what there is beside an error that is expected: a cancel.
func besides(expected, err error) error {
	if errors.Is(err, eddy.ErrCanceled) || !errors.Is(err, expected) {
		return err
	}
	return nil
}
