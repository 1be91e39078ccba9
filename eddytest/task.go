package eddytest

import (
	"sync/atomic"
	"testing"

	"github.com/eddy-go/eddy/future"
)

// DefaultBudget is the number of leaf operations that a Task grants each Poll. Picked: what the runtime grants too.
const DefaultBudget = 128

// A Task runs one future as an executor would, except that the test says when it is polled.
type Task[T any] struct {
	// Clock is the clock that the future sees. A task has one of its own; set it before the first Poll to share one.
	Clock *Clock
	// Budget is the number of leaf operations that each Poll may do, DefaultBudget at first.
	Budget int

	f     future.Future[T]
	env   future.Env
	cx    future.Context // stands here so that a Poll allocates nothing
	polls int
	final bool
	// wakes counts those of LocalWakers. It is a plain field on purpose: the race detector reports a LocalWaker that
	// is woken on a foreign goroutine.
	wakes int
	// posted counts wakes from any goroutine; adding to it publishes what the waker has written.
	posted atomic.Int64
	ended  atomic.Bool
}

// NewTask makes a task of f. A future that is pending when the test ends is cancelled then. t may be nil, as in an
// Example; then the caller cancels.
func NewTask[T any](t testing.TB, f future.Future[T]) *Task[T] {
	task := &Task[T]{Clock: new(Clock), Budget: DefaultBudget, f: f}
	if t != nil {
		t.Cleanup(task.Cancel)
	}
	return task
}

// Poll polls the future once. It forgets the wakes so far, grants a fresh budget, and afterwards wakes whoever has
// yielded, as the next turn of a loop would: a future that ran out of budget is Woken.
func (task *Task[T]) Poll() (T, error) {
	task.polls++
	task.wakes = 0
	task.posted.Swap(0)
	task.env.Clock = task.Clock
	task.env.Budget = task.Budget
	task.env.Outside = false
	task.cx = future.NewContext(task.Waker(), &task.env)
	v, err := task.f.Poll(&task.cx)
	if err != future.Pending {
		task.end()
		future.CheckFinal(task.f, err)
	}
	for _, w := range task.env.Yielded {
		w.Wake()
	}
	task.env.Yielded = task.env.Yielded[:0]
	return v, err
}

// Cancel cancels the future if it was polled and has no final result, as an executor does that stops before the end.
// Otherwise it does nothing.
func (task *Task[T]) Cancel() {
	if task.polls == 0 || task.final {
		return
	}
	task.end()
	task.f.Cancel()
}

// Woken reports whether the future was woken since its last Poll began, from any goroutine.
func (task *Task[T]) Woken() bool { return task.Wakes() > 0 }

// Wakes returns how often the future was woken since its last Poll began. Wakes that come after the final result or
// Cancel do not count.
func (task *Task[T]) Wakes() int { return task.wakes + int(task.posted.Load()) }

// Polls returns how often the future was polled.
func (task *Task[T]) Polls() int { return task.polls }

// Done reports whether the future has its final result or was cancelled.
func (task *Task[T]) Done() bool { return task.final }

// Spent returns how much of its budget the last Poll has used.
func (task *Task[T]) Spent() int { return task.Budget - task.env.Budget }

// Outside reports whether the future waits for a Waker: something outside of the loop may wake it, and a runtime would
// not take it for deadlocked.
func (task *Task[T]) Outside() bool { return task.env.Outside }

// Waker returns the task's waker, for any goroutine.
func (task *Task[T]) Waker() future.Waker { return future.NewWaker((*target[T])(task), 0) }

func (task *Task[T]) end() {
	task.final = true
	task.ended.Store(true)
}

// target is the Task as its wakers see it. A type of its own keeps Wake out of the Task's methods.
type target[T any] Task[T]

func (t *target[T]) Wake(uint64) {
	if !t.ended.Load() {
		t.posted.Add(1)
	}
}

func (t *target[T]) WakeLocal(uint64) {
	if !t.final {
		t.wakes++
	}
}
