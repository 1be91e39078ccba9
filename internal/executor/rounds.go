package executor

// rounds divides the ready queue, from its head on, into tasks that are ready together: within a round the order of
// polls is open, and Pick chooses it. A round is closed, and takes no more tasks, when the one before is through, and
// where those who yielded are about to follow. Without a Pick nobody asks, and the order is that of the queue.
type rounds struct {
	left   []int // of each closed round, how many tasks are still to be polled; none is zero
	closed int   // their sum
}

// close puts what stands behind the closed rounds into one more.
func (r *rounds) close(q *queue) {
	if n := q.len() - r.closed; n > 0 {
		r.left = append(r.left, n)
		r.closed += n
	}
}

// draw brings the task that pick chooses among the rest of the first round to the head of the queue, and counts it as
// polled.
func (r *rounds) draw(q *queue, pick func(n int) int) {
	if r.closed == 0 {
		r.close(q)
	}
	if r.closed == 0 {
		return
	}
	if r.left[0] > 1 {
		q.swapHead(pick(r.left[0]))
	}
	r.left[0]--
	r.closed--
	if r.left[0] == 0 {
		r.left = append(r.left[:0], r.left[1:]...)
	}
}
