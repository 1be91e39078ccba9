package esync

import (
	"fmt"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/future"
)

// permits is what Mutex, RWMutex and Semaphore have in common: so many permits, of which each taker takes some. The one
// who takes them all is alone, so a lock is a semaphore.
//
// Nobody overtakes: while somebody stands in line, newcomers join behind. So a large demand at the head is met in the
// end, however many small ones follow.
//
// How many there are comes with each call, so that the zero value is ready for locks, which know it.
type permits struct {
	_       noCopy
	taken   int64
	waiting queue[int64] // each with how many it takes
	spares  spares[permitWait]
}

// take takes n of limit permits, if that needs no wait.
func (p *permits) take(n, limit int64) bool {
	if p.waiting.first != nil || n > limit-p.taken {
		return false
	}
	p.taken += n
	return true
}

// give gives back n permits that were taken.
func (p *permits) give(n, limit int64) {
	p.taken -= n
	if p.waiting.first != nil {
		p.admit(limit)
	}
}

// admit serves the waiters at the head of the line as far as the permits reach.
func (p *permits) admit(limit int64) {
	for w := p.waiting.first; w != nil && w.value <= limit-p.taken; w = p.waiting.first {
		p.taken += w.value
		p.waiting.pop().serve()
	}
}

// wait is the rest of a Lock or Acquire that cannot take at once.
func (p *permits) wait(rt *eddy.Runtime, n, limit int64, kind *permitKind) error {
	w := p.spares.take()
	w.begin(p, n, limit, kind)
	_, err := eddy.Await[struct{}](rt, w)
	p.spares.put(w)
	return err
}

// future returns the wait for n permits as a future.
func (p *permits) future(n, limit int64, kind *permitKind) eddy.Future[struct{}] {
	w := &permitWait{}
	w.begin(p, n, limit, kind)
	return w
}

// A permitWait is one wait for permits.
type permitWait struct {
	waiter[int64]
	from  *permits
	limit int64
	kind  *permitKind
}

// permitKind is what a wait for permits is called.
type permitKind struct {
	method string // that made the future
	wanted string // in task dumps
	counts bool   // and how many
}

func (w *permitWait) begin(p *permits, n, limit int64, kind *permitKind) {
	w.state, w.value = fresh, n
	w.from, w.limit, w.kind = p, limit, kind
}

func (w *permitWait) Poll(cx *future.Context) (struct{}, error) {
	p := w.from
	switch w.state {
	case over:
		future.PolledAfterDone(w.kind.method)
	case served:
		w.end()
		return struct{}{}, nil
	case fresh:
		if w.value > w.limit {
			if !cx.Spend() {
				return struct{}{}, future.Pending
			}
			err := fmt.Errorf("esync: Acquire of %d permits of a Semaphore that has %d", w.value, w.limit)
			w.end()
			return struct{}{}, err
		}
		if p.waiting.first == nil && w.value <= w.limit-p.taken {
			if !cx.Spend() {
				return struct{}{}, future.Pending
			}
			p.taken += w.value
			w.end()
			return struct{}{}, nil
		}
		p.waiting.push(&w.waiter)
	}
	w.waker = cx.LocalWaker()
	return struct{}{}, future.Pending
}

// Cancel leaves the line, or passes on what the wait was given. Either may let in those behind.
func (w *permitWait) Cancel() {
	p := w.from
	switch w.state {
	case queued:
		p.waiting.remove(&w.waiter)
		p.admit(w.limit)
	case served:
		p.give(w.value, w.limit)
	}
	w.end()
}

// String says what the wait is for, in task dumps.
func (w *permitWait) String() string {
	count := ""
	if w.kind.counts {
		count = fmt.Sprintf("%d ", w.value)
	}
	return fmt.Sprintf("%s%s (%s)", count, w.kind.wanted, inLine(w.from.waiting.n))
}

// inLine says how many wait for the same.
func inLine(n int) string {
	if n == 1 {
		return "1 waits"
	}
	return fmt.Sprintf("%d wait", n)
}
