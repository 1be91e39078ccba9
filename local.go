package eddy

// Local is a variable of which each task has a value of its own: who the client is, the number of a request. The zero
// Local is ready, and stands for no value until a task sets one. It is known by its address: make it a package variable,
// or part of something that lives long, and do not copy it.
//
// A new task inherits the values of the task that spawns it, as they are at that moment: what either sets later, the
// other does not see. A task that Handle.Spawn starts inherits nothing. Values go with their tasks.
//
// Set and Get are quick: Get compares with each Local that the task has a value of.
type Local[T any] struct {
	_ byte // variables without a size may share an address
}

// Set gives the current task the value v: straight-line code, the coroutines that it awaits, and hand-written futures in
// their Poll and Cancel alike. From a task.
func (l *Local[T]) Set(rt *Runtime, v T) {
	rt.fromTask("Local.Set")
	rt.exec.SetLocal(l, v)
}

// Get returns the current task's value, and whether it has one. From a task.
func (l *Local[T]) Get(rt *Runtime) (v T, ok bool) {
	rt.fromTask("Local.Get")
	value, ok := rt.exec.Local(l)
	v, _ = value.(T) // a nil interface is a value too
	return v, ok
}
