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
	case h.Done():
		if !cx.Spend() {
			return zero, future.Pending
		}
		j.over = true
		h.joiners.remove(&j.joinNode)
		return h.result()
	case h.task.ex.running == &h.task:
		j.over = true
		return zero, errSelfJoin
	}
	j.waker = cx.LocalWaker()
	h.task.marks &^= quiet // the waker may be of a Target of the user's
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
	if j.h.Done() {
		return "the result of a task"
	}
	return j.h.task.function().title()
}

// joinList holds the waits for one task, in their order. prev of the first is the last, so the list is one pointer.
type joinList struct{ first *joinNode }

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
	if l.first == nil {
		l.first, n.prev = n, n
		return
	}
	n.prev = l.first.prev
	n.prev.next = n
	l.first.prev = n
}

func (l *joinList) remove(n *joinNode) {
	if !n.listed {
		return
	}
	n.listed = false
	switch {
	case n.next != nil:
		n.next.prev = n.prev
	case n != l.first:
		l.first.prev = n.prev
	}
	if n == l.first {
		l.first = n.next
	} else {
		n.prev.next = n.next
	}
	n.next, n.prev = nil, nil
}

func (l *joinList) wakeAll() {
	for n := l.first; n != nil; n = n.next {
		n.waker.Wake()
	}
}
