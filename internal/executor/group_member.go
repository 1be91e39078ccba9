package executor

import "github.com/eddy-go/eddy/future"

// member is what a group knows of one of its children.
type member struct {
	group      *Group // nil once the child has ended
	co         *Coroutine
	task       *Task
	next, prev *member
}

// groupTask is a child: its handle, its code and its place in the group in one piece of memory.
type groupTask[T, F any] struct {
	codeTask[T, F]
	member
}

// Go starts fn as a child of the group.
func Go[T any](g *Group, fn func() (T, error)) *JoinHandle[T] { return spawnChild[T](g, fn) }

// Go starts fn as a child of the group.
func (g *Group) Go(fn func() error) *JoinHandle[struct{}] { return spawnChild[struct{}](g, fn) }

func spawnChild[T, F any](g *Group, fn F) *JoinHandle[T] {
	gt := &groupTask[T, F]{}
	h, c := &gt.handle, &gt.code
	if err := g.admit(); err != nil {
		h.refused(g.ex, err)
		return h
	}
	gt.fn = fn
	if g.bound.deadline != future.Never {
		c.scope = &g.bound
	}
	gt.member = member{group: g, co: c, task: &h.task}
	h.task.marks = owned
	gt.begin(g.ex, gt)
	g.add(&gt.member)
	return h
}

func (gt *groupTask[T, F]) release() {
	gt.codeTask.release()
	gt.code.scope = nil
	gt.member = member{}
}

func (gt *groupTask[T, F]) membership() *member {
	if gt.member.group == nil {
		return nil
	}
	return &gt.member
}

// settle tells the group how its child has ended. A panic is the group's to tell, but for those after its first.
func (m *member) settle() {
	g, t := m.group, m.task
	g.remove(m)
	err := t.err()
	if t.ending == Panicked {
		r := &report{t.ended(), err.(*PanicError)}
		if g.panicked == nil {
			g.panicked = r
		} else {
			t.ex.unjoined(r.info, r.panic)
		}
		g.cancel(err)
	} else {
		g.take(m, err)
	}
	g.leaveRoom()
}
