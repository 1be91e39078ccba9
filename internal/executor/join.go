package executor

import (
	"fmt"

	"github.com/eddy-go/eddy/future"
)

// JoinHandle is the way to a task's result. It is not a future: a Timeout over it would look as if it ended the task.
// Joined returns one that only waits. Its methods are for tasks.
type JoinHandle[T any] struct {
	ex   *Executor
	task *Task // its memory serves others once the task has ended

	f       future.Future[T] // nil once it is done
	co      *Coroutine       // f, if f is straight-line code
	polled  bool             // f holds something, maybe: it was polled and has no final result
	ended   bool
	owned   bool // somebody looks at the result, though not by a join: a group, or BlockOn
	ending  Ending
	value   T
	err     error
	joiners joinList
	unseen  *report // the panic that ended the task, while only waits that may yet be cancelled know of it
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
}

// Cancel asks the task to end: every wait in it returns ErrCanceled from now on, and its context is cancelled. It
// returns at once; Join tells when the task has ended. A task that is done stays as it is.
func (h *JoinHandle[T]) Cancel() {
	if h.ended {
		return
	}
	h.ex.checkThread()
	if h.co != nil {
		h.co.setCanceled() // at once: the task may be the one that runs
	}
	h.task.cancel()
}

// Done reports whether the result is there.
func (h *JoinHandle[T]) Done() bool { return h.ended }

// Join waits for the task to end and returns its result: what its function or future returned, a *PanicError,
// ErrGoexit, or ErrClosed for a task that was refused. Any number of tasks may join, also after the end, when a cancelled
// one gets the result too. Being cancelled while it waits does not touch the joined task. From a task.
func (h *JoinHandle[T]) Join() (T, error) {
	if h.ended {
		h.ex.Pay() // what supervises joins in a loop, and at the end of the runtime each new task has ended at once
		h.unseen = nil
		return h.value, h.err
	}
	return Await(h.ex, h.Joined())
}

// Joined returns a new future of the task's result. Its Cancel only stops the waiting.
func (h *JoinHandle[T]) Joined() future.Future[T] { return &joined[T]{h: h} }

// poll implements body. Code is resumed from here, without the frames of a guarded poll between the loop and the
// switch: what goes wrong in a coroutine stays in it until its outcome is asked for.
func (h *JoinHandle[T]) poll(t *Task, cx *future.Context) (done bool) {
	c := h.co
	if c == nil || !c.resumable() {
		return h.pollGuarded(t, cx, nil)
	}
	if t.canceled {
		c.setCanceled() // and resumed, the first time too, so that its deferred calls run
	}
	h.polled = true
	c.resume(cx)
	if c.phase == parked && !c.orphan {
		return false
	}
	return h.pollGuarded(t, cx, h.f.(*async[T]))
}

// pollGuarded polls the future, or asks the code that was resumed how it has ended. Whatever comes of it, the task ends
// in order: by a panic, and also by a Goexit that ends the loop's goroutine, because it did not happen in a coroutine.
func (h *JoinHandle[T]) pollGuarded(t *Task, cx *future.Context, resumed *async[T]) (done bool) {
	returned := false
	defer func() {
		if !returned {
			h.fail(recover())
		}
		if h.ended {
			h.settle()
		}
		done = h.ended
	}()
	switch {
	case resumed != nil:
		h.final(resumed.outcome())
	case t.canceled && h.co == nil: // a future has no waits that could fail
		h.drop()
		h.finish(h.value, ErrCanceled)
	default:
		h.polled = true
		if v, err := h.f.Poll(cx); err != future.Pending {
			h.final(v, err)
		}
	}
	returned = true
	return
}

// final takes the future's final result.
func (h *JoinHandle[T]) final(v T, err error) {
	future.CheckFinal(h.f, err)
	if h.co != nil && h.co.goexited && !h.co.forced {
		h.ending = Exited
	}
	h.finish(v, err)
}

// fail ends a task whose future panicked with v, or called Goexit if v is nil. The future has no final result, so it
// is cancelled: it may wrap others that are registered somewhere.
func (h *JoinHandle[T]) fail(v any) {
	h.ending = Exited
	err := ErrGoexit
	if v != nil {
		h.ending = Panicked
		h.ex.counts.Panics++
		err = asPanicError(v)
	}
	h.finish(h.value, err)
	defer func() {
		if v := recover(); v != nil {
			h.ex.unjoined(h.info(), asPanicError(v))
		}
	}()
	h.drop()
}

// drop cancels a future that was polled and has no final result.
func (h *JoinHandle[T]) drop() {
	if h.polled {
		h.polled = false
		h.f.Cancel()
	}
}

func (h *JoinHandle[T]) finish(v T, err error) {
	h.ended, h.value, h.err = true, v, err
}

// settle lets go of what the task held, and tells those who wait for it.
func (h *JoinHandle[T]) settle() {
	if h.ending == Panicked && !h.owned {
		h.unseen = &report{h.info(), h.err.(*PanicError)}
		h.reportUnseen()
	}
	if h.owned && h.co != nil {
		h.settleMember()
	}
	if h.co != nil && h.co.phase == ended { // else it was adopted
		h.co.body.release()
	}
	h.f, h.co = nil, nil
	h.joiners.wakeAll()
}

// reportUnseen hands the task's panic to OnPanic, unless a join is in progress: that will see it, or be cancelled and
// ask again.
func (h *JoinHandle[T]) reportUnseen() {
	if h.unseen != nil && h.joiners.first == nil {
		h.ex.unjoined(h.unseen.info, h.unseen.panic)
		h.unseen = nil
	}
}

// info describes the task for OnPanic.
func (h *JoinHandle[T]) info() TaskInfo {
	info := TaskInfo{ID: h.task.id, State: "done"}
	h.describe(&info)
	info.called(h.task.givenName())
	info.Wait, info.For = "", 0
	return info
}

// function names the task's function, and nothing of what it waits for: that may be a task that waits for this one.
func (h *JoinHandle[T]) function() string {
	if h.co != nil {
		return functionName(h.co.body.entry())
	}
	return fmt.Sprintf("%T", h.f)
}

func (h *JoinHandle[T]) describe(info *TaskInfo) {
	if h.co != nil {
		h.co.describe(info)
		return
	}
	info.Function = h.function()
	if _, ok := h.f.(fmt.Stringer); ok && h.polled {
		info.Wait = describeWait(h.f)
	}
}
