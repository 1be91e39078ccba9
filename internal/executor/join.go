package executor

import "github.com/eddy-go/eddy/future"

// JoinHandle is the way to a task's result. It is not a future: a Timeout over it would look as if it ended the task.
// Joined returns one that only waits. Its methods are for tasks.
//
// The task is in it, and it is in what the task polls: a futureTask or a codeTask, one piece of memory.
type JoinHandle[T any] struct {
	task    Task
	value   T
	joiners joinList
}

// SpawnFuture makes a task of a future.
func SpawnFuture[T any](ex *Executor, f future.Future[T]) *JoinHandle[T] {
	ft := &futureTask[T]{}
	h := &ft.handle
	if h.refuse(ex) {
		return h
	}
	ft.f = f
	var code *Coroutine
	if a, ok := f.(*async[T]); ok {
		code = &a.Coroutine
		code.root = true
	}
	ex.start(&h.task, ft, code)
	return h
}

// refuse ends the task before it begins, if there are no new ones any more.
func (h *JoinHandle[T]) refuse(ex *Executor) bool {
	if ex.closing {
		h.refused(ex, ErrClosed)
	}
	return ex.closing
}

func (h *JoinHandle[T]) refused(ex *Executor, err error) {
	h.task.ex = ex
	h.task.state, h.task.ending = done, Returned
	h.task.notes.Store(&notes{own: true, err: err})
}

// Cancel asks the task to end: every wait in it returns ErrCanceled from now on, and its context is cancelled. It
// returns at once; Join tells when the task has ended. A task that is done stays as it is.
func (h *JoinHandle[T]) Cancel() {
	if h.Done() {
		return
	}
	h.task.ex.checkThread()
	if c := h.task.code; c != nil {
		c.setCanceled() // at once: the task may be the one that runs
	}
	h.task.cancel()
}

// Done reports whether the result is there.
func (h *JoinHandle[T]) Done() bool { return h.task.ending != notEnded }

// Join waits for the task to end and returns its result: what its function or future returned, a *PanicError,
// ErrGoexit, or ErrClosed for a task that was refused. Any number of tasks may join, also after the end, when a cancelled
// one gets the result too. Being cancelled while it waits does not touch the joined task. From a task.
func (h *JoinHandle[T]) Join() (T, error) {
	if h.Done() {
		h.task.ex.Pay() // what supervises joins in a loop, and at the end of the runtime each new task has ended at once
		return h.result()
	}
	return Await(h.task.ex, h.Joined())
}

// result is what a join gets, which has seen it herewith.
func (h *JoinHandle[T]) result() (T, error) {
	n := h.task.notes.Load()
	if n == nil || n.err == nil {
		return h.value, nil
	}
	n.unseen = nil
	return h.value, n.err
}

// Joined returns a new future of the task's result. Its Cancel only stops the waiting.
func (h *JoinHandle[T]) Joined() future.Future[T] { return &joined[T]{h: h} }

// finish notes the result. The others can see it when the task is settled.
func (t *Task) finish(ending Ending, err error) {
	t.ending = ending
	if err != nil {
		t.noted().err = err
	}
}

// fail ends a task that panicked with v, or called Goexit if v is nil.
func (t *Task) fail(v any) {
	if v == nil {
		t.finish(Exited, ErrGoexit)
		return
	}
	t.ex.counts.Panics++
	t.finish(Panicked, asPanicError(v))
}

// reportPanic sees to it that a panic which has ended the task is told to somebody. It comes before the body lets go of
// what it held: the report names that.
func (h *JoinHandle[T]) reportPanic() {
	t := &h.task
	if t.ending == Panicked && t.marks&owned == 0 {
		n := t.noted()
		n.unseen = &report{t.ended(), n.err.(*PanicError)}
		h.reportUnseen()
	}
}

// reportUnseen hands the task's panic to OnPanic, unless a join is in progress: that will see it, or be cancelled and
// ask again.
func (h *JoinHandle[T]) reportUnseen() {
	n := h.task.notes.Load()
	if n != nil && n.unseen != nil && h.joiners.first == nil {
		h.task.ex.unjoined(n.unseen.info, n.unseen.panic)
		n.unseen = nil
	}
}

// err is the error of the result.
func (t *Task) err() error {
	if n := t.notes.Load(); n != nil {
		return n.err
	}
	return nil
}

// ended describes the task for OnPanic.
func (t *Task) ended() TaskInfo {
	info := TaskInfo{ID: t.id, State: "done"}
	t.body.describe(&info)
	info.called(t.givenName())
	info.Wait, info.For = "", 0
	return info
}
