package executor

import (
	"testing"
	"unsafe"

	"github.com/eddy-go/eddy/future"
)

// A task is one piece of memory with its handle and its code, and what few tasks have is elsewhere. These sizes are those
// of Go's allocator: a byte more and a task takes the next one.
func TestSizesOfTasks(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the sizes are those of a 64-bit system")
	}
	for _, c := range []struct {
		name       string
		size, most uintptr
	}{
		{"a future's task", unsafe.Sizeof(futureTask[struct{}]{}), 96},
		{"a future's task with a result", unsafe.Sizeof(futureTask[int]{}), 112},
		{"straight-line code", unsafe.Sizeof(codeTask[struct{}, func()]{}), 176},
		{"a child", unsafe.Sizeof(groupTask[struct{}, func() error]{}), 224},
		{"a worker", unsafe.Sizeof(worker{}), 16},
	} {
		if c.size > c.most {
			t.Errorf("%s: %d bytes, want at most %d", c.name, c.size, c.most)
		}
	}
}

// A child of a group is one allocation, and its closure if the caller makes one; Wait allocates nothing.
func TestGroupAllocations(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		var g Group
		g.Begin(r.ex)
		fn := func() error { return nil }
		if n := testing.AllocsPerRun(1000, func() { g.Go(fn); r.ex.Yield() }); n > 1 {
			t.Errorf("%v allocations a child, want 1", n)
		}
		if n := testing.AllocsPerRun(1000, func() { g.Wait() }); n != 0 {
			t.Errorf("%v allocations a Wait", n)
		}
	})
}

// A group whose children have ended is nobody's any more, also if nobody waits for it: a maker may make any number. One
// with a panic is kept, for the maker's end.
func TestGroupIsForgotten(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		c := r.ex.current
		var gs [3]Group
		var leaves [3]leaf
		for i := range gs {
			gs[i].Begin(r.ex)
			gs[i].Go(func() error { _, err := Await[int](r.ex, &leaves[i]); return err })
		}
		r.ex.Yield()
		for _, i := range []int{1, 2, 0} {
			leaves[i].finish()
			r.ex.Yield()
			r.ex.Yield()
			if gs[i].listed || gs[i].first != nil {
				t.Errorf("group %d is listed", i)
			}
		}
		if c.rare().groups != nil {
			t.Error("the maker has groups left")
		}
	})
	r.run()
}

// A maker that is cancelled between the end of its function and that of its children is not resumed for nothing, and one
// whose wait wakes without reason goes on waiting.
func TestMakerThatIsWokenWithoutReason(t *testing.T) {
	r := newRig(t)
	l := &leaf{}
	var waker future.LocalWaker
	h := r.spawn(func() {
		var g Group
		g.Begin(r.ex)
		waker = r.ex.current.LocalWaker()
		g.Go(func() error {
			return r.ex.Shield(func() error { _, err := Await[int](r.ex, l); return err })
		})
		r.ex.Yield()
	})
	for range 3 {
		waker.Wake()
		h.Cancel()
		r.run()
		if h.Done() || r.ex.Live() != 2 {
			t.Fatalf("%d tasks; the maker has ended: %v", r.ex.Live(), h.Done())
		}
	}
	l.finish()
	r.run()
	wantEnd(t, h, nil)
}

// An Async that is given up while it waits for its children at its own end, with a panic in hand, is adopted, and the
// panic is told.
func TestPanickedMakerIsAdopted(t *testing.T) {
	r := newRig(t)
	r.panicsExpected = true
	l, winner := &leaf{}, &leaf{}
	h := r.spawn(func() {
		Await(r.ex, future.Race[int](winner, Async(r.ex, func() (int, error) {
			var g Group
			g.Begin(r.ex)
			g.Go(func() error {
				return r.ex.Shield(func() error { _, err := Await[int](r.ex, l); return err })
			})
			r.ex.Yield()
			panic("late")
		})))
	})
	winner.finish()
	r.run()
	wantEnd(t, h, nil)
	if r.ex.Live() != 2 || len(r.panics) != 0 {
		t.Errorf("%d tasks, %d reports; want the adopted Async and its child, and none", r.ex.Live(), len(r.panics))
	}
	l.finish()
	r.run()
	if len(r.panics) != 1 || r.panics[0].panic.Value != "late" {
		t.Errorf("reported: %v", r.panics)
	}
}

// An interrupted task's waits in a Shield cost what all waits cost, and a Shield without waits nothing.
func TestShieldAllocatesOnce(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		fn := func() error { return nil }
		if n := testing.AllocsPerRun(1000, func() { r.ex.Shield(fn) }); n > 1 {
			t.Errorf("%v allocations, want 1", n)
		}
	})
}

// A context that a child has made for a WithTimeout which its maker has left does not stay in the maker's for ever.
func TestContextOfALeftScopeHasEnded(t *testing.T) {
	r := newRig(t)
	r.spawn(func() {
		c := r.ex.current
		var g Group
		r.ex.WithTimeout(1, func() error { g.Begin(r.ex); return nil })
		g.Go(func() error {
			if err := r.ex.Context(start).Err(); err != nil {
				t.Errorf("the child's has ended: %v", err)
			}
			return nil
		})
		g.Wait()
		if g.scope.context.ctx.Err() == nil || c.rare().context.ctx.Err() != nil {
			t.Error("it is still open")
		}
	})
}
