package esync

import (
	"fmt"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// A WaitGroup counts what is under way; any number of tasks may wait until it is over. The zero WaitGroup counts none.
// Where the tasks are the caller's own and their errors matter, an eddy.Group does more.
type WaitGroup struct {
	_       noCopy
	count   int
	waiting queue[struct{}]
	spares  spares[countdown]
}

// Add adds delta, which may be negative, to the count. When the count becomes zero, all who wait go on, whatever is added
// before they run. Add panics if the count becomes negative. From a task.
func (g *WaitGroup) Add(delta int) {
	if g.count+delta < 0 {
		panic("esync: a WaitGroup's count would be negative")
	}
	g.count += delta
	if g.count == 0 {
		for g.waiting.first != nil {
			g.waiting.pop().serve()
		}
	}
}

// Done takes one off the count. From a task.
func (g *WaitGroup) Done() { g.Add(-1) }

// Wait waits until the count is zero. If it is zero already, Wait returns nil, even in a task that is cancelled. From a
// task.
func (g *WaitGroup) Wait(rt *eddy.Runtime) error {
	if g.count == 0 {
		return nil
	}
	w := g.spares.take()
	*w = countdown{group: g}
	_, err := eddy.Await[struct{}](rt, w)
	g.spares.put(w)
	return err
}

// WaitFuture returns a future that is done when the count is zero. From a task.
func (g *WaitGroup) WaitFuture() eddy.Future[struct{}] { return &countdown{group: g} }

// A countdown is one wait for a WaitGroup.
type countdown struct {
	waiter[struct{}]
	group *WaitGroup
}

func (w *countdown) Poll(cx *future.Context) (struct{}, error) {
	g := w.group
	switch w.state {
	case over:
		future.PolledAfterDone("WaitFuture")
	case served:
		w.end()
		return struct{}{}, nil
	case fresh:
		if g.count == 0 {
			if !cx.Spend() {
				return struct{}{}, future.Pending
			}
			w.end()
			return struct{}{}, nil
		}
		g.waiting.push(&w.waiter)
	}
	w.waker = cx.LocalWaker()
	return struct{}{}, future.Pending
}

func (w *countdown) Cancel() {
	if w.state == queued {
		w.group.waiting.remove(&w.waiter)
	}
	w.end()
}

// String says what the wait is for, in task dumps.
func (w *countdown) String() string {
	return fmt.Sprintf("an esync.WaitGroup that counts %d (%s)", w.group.count, inLine(w.group.waiting.n))
}
