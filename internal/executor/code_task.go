package executor

import "github.com/eddy-go/eddy/future"

// codeTask is a task of straight-line code with a result of type T. F is one of func() (T, error), func() error and
// func(): one field for all of them. Where the task's notes know the function's name, as they do in a runtime that is
// watched, nothing but the code that runs keeps what the function has captured.
type codeTask[T, F any] struct {
	handle JoinHandle[T]
	code   Coroutine
	fn     F
}

// Spawn makes a task of straight-line code. Its first poll comes in the order of the ready queue.
func Spawn[T any](ex *Executor, fn func() (T, error)) *JoinHandle[T] {
	return (&codeTask[T, func() (T, error)]{fn: fn}).spawn(ex)
}

// SpawnPlain makes a task of straight-line code without a result.
func SpawnPlain(ex *Executor, fn func()) *JoinHandle[struct{}] {
	return (&codeTask[struct{}, func()]{fn: fn}).spawn(ex)
}

func (ct *codeTask[T, F]) spawn(ex *Executor) *JoinHandle[T] {
	if !ct.handle.refuse(ex) {
		ct.handle.task.marks = quiet
		ct.begin(ex, ct)
	}
	return &ct.handle
}

// begin starts the task. as is ct, or what it is a part of.
func (ct *codeTask[T, F]) begin(ex *Executor, as runner) {
	c := &ct.code
	c.ex, c.body, c.root = ex, as, true
	ex.start(&ct.handle.task, ct, c)
}

// run implements runner.
func (ct *codeTask[T, F]) run() {
	fn := ct.fn
	if ct.handle.task.notes.Load() != nil { // it is not asked for its name again
		ct.release()
	}
	var err error
	switch fn := any(fn).(type) {
	case func():
		fn()
	case func() error:
		err = fn()
	case func() (T, error):
		ct.handle.value, err = fn()
	}
	if err != nil {
		future.CheckFinal(ct, err) // here, where a panic is the code's: it asks the user's error
		ct.handle.task.noted().err = err
	}
}

func (ct *codeTask[T, F]) entry() uintptr {
	if n := ct.handle.task.notes.Load(); n != nil {
		return n.origin.entry
	}
	return entryOf(ct.fn)
}

func (ct *codeTask[T, F]) release() {
	var none F
	ct.fn = none
}

func (ct *codeTask[T, F]) membership() *member { return nil }

// poll implements body: nobody but the executor resumes the code, and so it has ended.
func (ct *codeTask[T, F]) poll(*future.Context, bool) bool {
	t := &ct.handle.task
	switch few := ct.code.rare(); {
	case few.panicked != nil:
		t.fail(few.panicked)
	case few.exited():
		t.finish(Exited, ErrGoexit)
	case few.goexited:
		t.finish(Returned, ErrCanceled)
	default:
		t.finish(Returned, nil)
	}
	ct.settle()
	return true
}

// settle lets go of what the task held, and tells those who wait for it.
func (ct *codeTask[T, F]) settle() {
	h, body := &ct.handle, ct.code.body
	if h.task.ending != Returned || ct.code.rare().goexited {
		var zero T
		h.value = zero
	}
	h.reportPanic()
	if m := body.membership(); m != nil {
		m.settle()
	}
	body.release()
	h.joiners.wakeAll()
}

func (ct *codeTask[T, F]) describe(info *TaskInfo) { ct.code.describe(info) }

func (ct *codeTask[T, F]) origin() origin { return ct.code.origin() }
