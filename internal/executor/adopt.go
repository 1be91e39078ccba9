package executor

import "github.com/eddy-go/eddy/future"

// adopt makes a cancelled coroutine that has parked again a task of its own, until it ends. Its result is dropped.
func (ex *Executor) adopt(c *Coroutine) {
	c.adopted = true
	ex.newTask((*orphan)(c))
}

// orphan is the body of an adopted coroutine's task.
type orphan Coroutine

func (o *orphan) poll(t *Task, cx *future.Context) bool {
	c := (*Coroutine)(o)
	c.resume(cx)
	if c.phase != ended {
		return false
	}
	c.reportPanic()
	return true
}

func (o *orphan) describe(info *TaskInfo) { (*Coroutine)(o).describe(info) }
