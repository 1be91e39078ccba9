package executor

// A local is a value of a task under a key. The list of them is never changed, only replaced: a task and its children
// share what stood there at the spawn.
type local struct {
	key, value any
	next       *local
}

// SetLocal gives the running task a value under a key, which is a pointer.
func (ex *Executor) SetLocal(key, value any) {
	n := ex.running.noted()
	n.locals = &local{key, value, n.locals.without(key)}
}

// Local returns the running task's value under a key.
func (ex *Executor) Local(key any) (value any, ok bool) {
	for l := ex.running.locals(); l != nil; l = l.next {
		if l.key == key {
			return l.value, true
		}
	}
	return nil, false
}

func (t *Task) locals() *local {
	if n := t.notes.Load(); n != nil {
		return n.locals
	}
	return nil
}

// without returns the list without the key's value; what stands behind that is shared.
func (l *local) without(key any) *local {
	for at := l; at != nil; at = at.next {
		if at.key == key {
			return l.copyUpTo(at)
		}
	}
	return l
}

// copyUpTo returns the list without end, which is one of it.
func (l *local) copyUpTo(end *local) *local {
	if l == end {
		return end.next
	}
	return &local{l.key, l.value, l.next.copyUpTo(end)}
}

// inherit gives a new task what the running one has: its values.
func (ex *Executor) inherit(t *Task) {
	if parent := ex.running; parent != nil {
		if l := parent.locals(); l != nil {
			t.noted().locals = l
		}
	}
}
