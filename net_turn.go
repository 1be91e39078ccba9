package eddy

import (
	"slices"
	"sync"

	"github.com/eddy-go/eddy/future"
)

// turn is a lock for goroutines and tasks alike, which get it in the order of their asking. A task parks for it. Goroutines
// wait on a channel: a simulated world sees that they do.
type turn struct {
	mu    sync.Mutex
	taken bool
	queue []*turnWait
}

// turnWait is one that waits for its turn: a goroutine, or the future of a task.
type turnWait struct {
	turn    *turn
	granted bool          // under the turn's mutex
	ready   chan struct{} // of a goroutine
	waker   future.Waker  // of a task
}

// take waits for the turn. From a goroutine other than the loop's.
func (t *turn) take() {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return
	}
	w := &turnWait{turn: t, ready: make(chan struct{}, 1)}
	t.queue = append(t.queue, w)
	t.mu.Unlock()
	<-w.ready
}

// await is take from a task.
func (t *turn) await(rt *Runtime) error {
	_, err := Await[struct{}](rt, &turnWait{turn: t})
	return err
}

// pass returns the turn: to the next one in the queue, if there is one.
func (t *turn) pass() {
	t.mu.Lock()
	if len(t.queue) == 0 {
		t.taken = false
		t.mu.Unlock()
		return
	}
	next := t.queue[0]
	t.queue = slices.Delete(t.queue, 0, 1)
	next.granted = true
	w := next.waker
	t.mu.Unlock()
	if next.ready != nil {
		next.ready <- struct{}{}
		return
	}
	w.Wake()
}

// held reports whether somebody has the turn.
func (t *turn) held() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.taken
}

// Poll implements Future, for a task.
func (w *turnWait) Poll(cx *future.Context) (struct{}, error) {
	if !cx.Spend() {
		return struct{}{}, future.Pending
	}
	t := w.turn
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case w.granted:
		w.granted = false // it is the caller's from now on
		return struct{}{}, nil
	case !t.taken:
		t.taken = true
		return struct{}{}, nil
	case !slices.Contains(t.queue, w):
		t.queue = append(t.queue, w)
	}
	w.waker = cx.Waker()
	return struct{}{}, future.Pending
}

// Cancel implements Future. A turn that was granted already goes to the next one.
func (w *turnWait) Cancel() {
	t := w.turn
	t.mu.Lock()
	granted := w.granted
	w.granted = false
	if i := slices.Index(t.queue, w); i >= 0 {
		t.queue = slices.Delete(t.queue, i, i+1)
	}
	t.mu.Unlock()
	if granted {
		t.pass()
	}
}

// String says what the wait is for, in task dumps.
func (w *turnWait) String() string { return "its turn at a net.Conn" }
