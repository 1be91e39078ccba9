package executor

import "github.com/eddy-go/eddy/future"

// adopt makes a cancelled coroutine that has parked again a task of its own, until it ends. Its result is dropped. It
// goes by the name of the task that it comes from, and has its values.
func (ex *Executor) adopt(c *Coroutine) {
	c.adopted, c.root = true, true
	c.steps = false // the wait was begun for another task's waker
	c.few.cx = nil  // it may be a part of who has given c up
	t := new(Task)
	ex.start(t, (*orphan)(c), c)
	if from := ex.running; from != nil && from.givenName() != "" {
		t.noted().name = from.givenName()
	}
}

// orphan is the body of an adopted coroutine's task.
type orphan Coroutine

func (o *orphan) poll(cx *future.Context, _ bool) bool {
	c := (*Coroutine)(o)
	c.resume(cx)
	if c.phase != ended {
		return false
	}
	c.reportPanic()
	return true
}

func (o *orphan) describe(info *TaskInfo) { (*Coroutine)(o).describe(info) }
