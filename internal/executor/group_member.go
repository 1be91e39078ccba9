package executor

import "github.com/eddy-go/eddy/future"

// member is what a group knows of one of its children.
type member struct {
	group      *Group // nil once the child has ended
	co         *Coroutine
	task       *Task
	next, prev *member
}

// groupTask is a child: its handle and its code in one piece of memory.
type groupTask[T any] struct {
	handle JoinHandle[T]
	code   groupCode[T]
}

// groupCode is the code of a child.
type groupCode[T any] struct {
	async[T]
	member
	failing func() error // in place of fn where there is no value
}

// Go starts fn as a child of the group.
func Go[T any](g *Group, fn func() (T, error)) *JoinHandle[T] {
	if err := g.admit(); err != nil {
		return refused[T](g.ex, err)
	}
	t := &groupTask[T]{}
	t.code.fn = fn
	return t.begin(g)
}

// Go starts fn as a child of the group.
func (g *Group) Go(fn func() error) *JoinHandle[struct{}] {
	if err := g.admit(); err != nil {
		return refused[struct{}](g.ex, err)
	}
	t := &groupTask[struct{}]{}
	t.code.failing = fn
	return t.begin(g)
}

func refused[T any](ex *Executor, err error) *JoinHandle[T] {
	return &JoinHandle[T]{ex: ex, ended: true, err: err}
}

func (t *groupTask[T]) begin(g *Group) *JoinHandle[T] {
	h, code := &t.handle, &t.code
	code.ex, code.body = g.ex, code
	if g.bound.deadline != future.Never {
		code.scope = &g.bound
	}
	h.f, h.co, h.owned = &code.async, &code.Coroutine, true
	h.begin(g.ex)
	code.member = member{group: g, co: h.co, task: h.task}
	g.add(&code.member)
	return h
}

func (gc *groupCode[T]) run() {
	if gc.failing != nil {
		gc.err = gc.failing()
		return
	}
	gc.async.run()
}

func (gc *groupCode[T]) entry() any {
	if gc.failing != nil {
		return gc.failing
	}
	return gc.async.entry()
}

func (gc *groupCode[T]) release() {
	gc.async.release()
	gc.failing = nil
	gc.scope = nil
	gc.member = member{}
}

func (gc *groupCode[T]) membership() *member {
	if gc.member.group == nil {
		return nil
	}
	return &gc.member
}

// settleMember tells the group, if there is one, how its child has ended. A panic is the group's to tell, but for those
// after its first.
func (h *JoinHandle[T]) settleMember() {
	m := h.co.body.membership()
	if m == nil {
		return
	}
	g := m.group
	g.remove(m)
	if h.ending == Panicked {
		r := &report{h.info(), h.err.(*PanicError)}
		if g.panicked == nil {
			g.panicked = r
		} else {
			h.ex.unjoined(r.info, r.panic)
		}
		g.cancel(h.err)
	} else {
		g.take(m, h.err)
	}
	g.leaveRoom()
}
