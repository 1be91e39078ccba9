package executor

import (
	"errors"
	"fmt"

	"github.com/eddy-go/eddy/future"
)

// JoinHandle is the way to a task's result. It is not a future: a Timeout over it would look as if it ended the task.
// Joined returns one that only waits. Its methods are for tasks.
type JoinHandle[T any] struct {
	ex   *Executor
	task *Task
	key  uint64 // the task's generation

	f       future.Future[T] // nil once it is done
	co      *Coroutine       // f, if f is straight-line code
	polled  bool
	told    bool // f knows that the task is cancelled
	ended   bool
	owned   bool // somebody looks at the result, though not by a join
	ending  Ending
	value   T
	err     error
	joiners joinList
}

// Spawn makes a task of straight-line code. Its first poll comes in the order of the ready queue.
func Spawn[T any](ex *Executor, fn func() (T, error)) *JoinHandle[T] {
	return spawnCode(ex, &codeTask[T]{code: async[T]{fn: fn}})
}

// SpawnPlain makes a task of straight-line code without a result.
func SpawnPlain(ex *Executor, fn func()) *JoinHandle[struct{}] {
	return spawnCode(ex, &codeTask[struct{}]{code: async[struct{}]{plain: fn}})
}

// SpawnFuture makes a task of a future.
func SpawnFuture[T any](ex *Executor, f future.Future[T]) *JoinHandle[T] {
	h := &JoinHandle[T]{f: f}
	if a, ok := f.(*async[T]); ok {
		h.co = &a.Coroutine
	}
	h.begin(ex)
	return h
}

// codeTask is a handle and its straight-line code in one piece of memory.
type codeTask[T any] struct {
	handle JoinHandle[T]
	code   async[T]
}

func spawnCode[T any](ex *Executor, ct *codeTask[T]) *JoinHandle[T] {
	ct.code.bind(ex)
	ct.handle.f = &ct.code
	ct.handle.co = &ct.code.Coroutine
	ct.handle.begin(ex)
	return &ct.handle
}

func (h *JoinHandle[T]) begin(ex *Executor) {
	h.ex = ex
	if ex.closing {
		h.f, h.co = nil, nil
		h.ended, h.err = true, ErrClosed
		return
	}
	if h.co != nil {
		h.co.root = true
	}
	h.task = ex.newTask(h)
	h.key = h.task.key()
}

// Cancel asks the task to end: every wait in it returns ErrCanceled from now on, and its context is cancelled. It
// returns at once; Join tells when the task has ended. A task that is done stays as it is.
func (h *JoinHandle[T]) Cancel() {
	if !h.ended {
		h.task.cancel()
	}
}

// Done reports whether the result is there.
func (h *JoinHandle[T]) Done() bool { return h.ended }

// Join waits for the task to end and returns its result: what its function or future returned, a *PanicError,
// ErrGoexit, or ErrClosed for a task that was refused. Any number of tasks may join, also after the end. Being
// cancelled while it waits does not touch the joined task. From a task.
func (h *JoinHandle[T]) Join() (T, error) {
	if h.ended {
		return h.value, h.err
	}
	return Await(h.ex, h.Joined())
}

// Joined returns a new future of the task's result. Its Cancel only stops the waiting.
func (h *JoinHandle[T]) Joined() future.Future[T] { return &joined[T]{h: h} }

// poll implements body.
func (h *JoinHandle[T]) poll(t *Task, cx *future.Context) bool {
	h.pollGuarded(t, cx)
	if !h.ended {
		return false
	}
	if pe, ok := h.err.(*PanicError); ok && h.joiners.first == nil && !h.owned {
		info := TaskInfo{ID: t.id, State: "done"}
		h.describe(&info)
		h.ex.reportPanic(info, pe)
	}
	h.f, h.co = nil, nil
	h.joiners.wakeAll()
	return true
}

// pollGuarded polls and turns a panic into the task's result.
func (h *JoinHandle[T]) pollGuarded(t *Task, cx *future.Context) {
	guarded := true
	defer func() {
		if !guarded {
			return
		}
		if v := recover(); v != nil {
			h.ending = Panicked
			h.ex.counts.Panics++
			h.finish(h.value, asPanicError(v))
			return
		}
		// A Goexit outside of any coroutine: it ends the loop's goroutine, and this task with it.
		h.finish(h.value, ErrGoexit)
		h.ex.running = nil
		h.ex.retire(t)
	}()
	if t.canceled && !h.told {
		h.told = true
		if h.co == nil {
			h.drop()
			guarded = false
			return
		}
		h.co.setCanceled() // code is always started, so that its deferred calls run
	}
	h.polled = true
	v, err := h.f.Poll(cx)
	if err != future.Pending {
		if err != nil {
			future.CheckFinal(h.f, err)
		}
		h.finish(v, err)
		if h.co != nil && h.co.goexited && !errors.Is(err, ErrCanceled) {
			h.ending = Exited
		}
	}
	guarded = false
}

// drop ends a future that is no code: it has no waits that could fail.
func (h *JoinHandle[T]) drop() {
	if h.polled {
		h.f.Cancel()
	}
	h.finish(h.value, ErrCanceled)
}

func (h *JoinHandle[T]) finish(v T, err error) {
	h.ended, h.value, h.err = true, v, err
}

func (h *JoinHandle[T]) describe(info *TaskInfo) {
	if h.co != nil {
		h.co.describe(info)
		return
	}
	info.Name = fmt.Sprintf("%T", h.f)
}

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
		return h.value, h.err
	case h.ex.running != nil && h.ex.running == h.task && h.task.key() == h.key:
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
}

// String says what the wait is for, in task dumps.
func (j *joined[T]) String() string {
	if j.h.ended {
		return "the result of a task"
	}
	info := TaskInfo{}
	j.h.describe(&info)
	return fmt.Sprintf("task %d (%s)", j.h.task.id, info.Name)
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
