package executor

import (
	"fmt"
	"reflect"

	"github.com/eddy-go/eddy/future"
)

// futureTask is a task of a future, which may be an Async: then it is straight-line code all the same, and resumed as
// such.
type futureTask[T any] struct {
	handle JoinHandle[T]
	f      future.Future[T] // nil once it is done
}

// poll implements body. Whatever comes of it, the task ends in order: by a panic, and also by a Goexit that ends the
// loop's goroutine, because it did not happen in a coroutine.
func (ft *futureTask[T]) poll(cx *future.Context, resumed bool) (ended bool) {
	t := &ft.handle.task
	returned := false
	defer func() {
		if !returned {
			ft.fail(recover())
		}
		if ended = ft.handle.Done(); ended {
			ft.settle()
		}
	}()
	switch {
	case resumed:
		ft.final(ft.f.(*async[T]).outcome())
	case t.marks&asked != 0 && t.code == nil: // a future has no waits that could fail
		ft.drop()
		t.finish(Returned, ErrCanceled)
	default:
		t.marks |= holding
		if v, err := ft.f.Poll(cx); err != future.Pending {
			ft.final(v, err)
		}
	}
	returned = true
	return
}

// final takes the future's final result.
func (ft *futureTask[T]) final(v T, err error) {
	future.CheckFinal(ft.f, err)
	ending := Returned
	if c := ft.handle.task.code; c != nil && c.rare().exited() {
		ending = Exited
	}
	ft.handle.value = v
	ft.handle.task.finish(ending, err)
}

// fail ends a task whose future has no final result. So that is cancelled: it may wrap others that are registered
// somewhere.
func (ft *futureTask[T]) fail(v any) {
	t := &ft.handle.task
	t.fail(v)
	defer func() {
		if v := recover(); v != nil {
			t.ex.unjoined(t.ended(), asPanicError(v))
		}
	}()
	ft.drop()
}

// drop cancels a future that was polled and has no final result.
func (ft *futureTask[T]) drop() {
	if t := &ft.handle.task; t.marks&holding != 0 {
		t.marks &^= holding
		ft.f.Cancel()
	}
}

// settle lets go of what the task held, and tells those who wait for it.
func (ft *futureTask[T]) settle() {
	ft.handle.reportPanic()
	if c := ft.handle.task.code; c != nil && c.phase == ended { // else it was adopted
		c.body.release()
	}
	ft.f = nil
	ft.handle.joiners.wakeAll()
}

func (ft *futureTask[T]) origin() origin {
	if c := ft.handle.task.code; c != nil {
		return c.origin()
	}
	return origin{future: reflect.TypeOf(ft.f)}
}

func (ft *futureTask[T]) describe(info *TaskInfo) {
	if c := ft.handle.task.code; c != nil {
		c.describe(info)
		return
	}
	info.Function = fmt.Sprintf("%T", ft.f)
	if _, ok := ft.f.(fmt.Stringer); ok && ft.handle.task.marks&holding != 0 {
		info.Wait = describeWait(ft.f)
	}
}
