package executor

// queue is a first-in, first-out ring of tasks. It grows by doubling and never shrinks: its size is bounded by the
// number of live tasks, because a task stands in it at most once.
type queue struct {
	ring []*Task // its length is zero or a power of two
	head uint    // counts the tasks taken out
	tail uint    // counts the tasks put in
}

func (q *queue) len() int { return int(q.tail - q.head) }

func (q *queue) push(t *Task) {
	if q.len() == len(q.ring) {
		q.grow()
	}
	q.ring[q.tail&uint(len(q.ring)-1)] = t
	q.tail++
}

// pop returns nil when the queue is empty.
func (q *queue) pop() *Task {
	if q.head == q.tail {
		return nil
	}
	slot := &q.ring[q.head&uint(len(q.ring)-1)]
	t := *slot
	*slot = nil
	q.head++
	return t
}

// swapHead lets the task at the head and the i-th behind it change places; the queue must be that long.
func (q *queue) swapHead(i int) {
	mask := uint(len(q.ring) - 1)
	head, other := q.head&mask, (q.head+uint(i))&mask
	q.ring[head], q.ring[other] = q.ring[other], q.ring[head]
}

func (q *queue) grow() {
	ring := make([]*Task, max(16, 2*len(q.ring)))
	n := uint(0)
	for t := q.pop(); t != nil; t = q.pop() {
		ring[n] = t
		n++
	}
	q.ring, q.head, q.tail = ring, 0, n
}
