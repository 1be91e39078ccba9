package executor

import "github.com/eddy-go/eddy/future"

// joined is one wait for a task's result.
type joined[T any] struct {
	h *JoinHandle[T]
	joinNode
	over bool
}

func (j *joined[T]) Poll(cx *future.Context) (T, error) {
	var zero T
	h := j.h
	switch {
	case j.over:
		future.PolledAfterDone("Joined")
	case h.ended:
		if !cx.Spend() {
			return zero, future.Pending
		}
		j.over = true
		h.joiners.remove(&j.joinNode)
		h.unseen = nil
		return h.value, h.err
	case h.ex.running == h.task:
		j.over = true
		return zero, errSelfJoin
	}
	j.waker = cx.LocalWaker()
	h.joiners.add(&j.joinNode)
	return zero, future.Pending
}

func (j *joined[T]) Cancel() {
	j.over = true
	j.h.joiners.remove(&j.joinNode)
	j.h.reportUnseen()
}

// String says what the wait is for, in task dumps.
func (j *joined[T]) String() string {
	if j.h.ended {
		return "the result of a task"
	}
	info := TaskInfo{ID: j.h.task.id, Function: j.h.function()}
	info.called(j.h.task.givenName())
	return info.title()
}

// joinList holds the waits for one task, in their order.
type joinList struct{ first, last *joinNode }

type joinNode struct {
	waker      future.LocalWaker
	next, prev *joinNode
	listed     bool
}

func (l *joinList) add(n *joinNode) {
	if n.listed {
		return
	}
	n.listed = true
	n.prev = l.last
	if l.last == nil {
		l.first = n
	} else {
		l.last.next = n
	}
	l.last = n
}

func (l *joinList) remove(n *joinNode) {
	if !n.listed {
		return
	}
	n.listed = false
	if n.prev == nil {
		l.first = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		l.last = n.prev
	} else {
		n.next.prev = n.prev
	}
	n.next, n.prev = nil, nil
}

func (l *joinList) wakeAll() {
	for n := l.first; n != nil; n = n.next {
		n.waker.Wake()
	}
}
