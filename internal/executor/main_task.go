package executor

// named is straight-line code that goes by the name of another function: the one that the user wrote.
type named[T any] struct {
	codeTask[T, func() (T, error)]
	as uintptr // the entry of that function
}

func (n *named[T]) entry() uintptr { return n.as }

// SpawnMain makes the main task of a runtime out of fn, under the name of the function as.
func SpawnMain[T any](ex *Executor, as any, fn func() (T, error)) *JoinHandle[T] {
	n := &named[T]{as: entryOf(as)}
	n.fn = fn
	if !n.handle.refuse(ex) {
		n.begin(ex, n)
	}
	return &n.handle
}

// Own tells a task that somebody looks at its result without a join: its panic is not reported to OnPanic.
func Own[T any](h *JoinHandle[T]) { h.task.marks |= owned }

// Ending says how a task has ended.
type Ending uint8

// The endings of a task.
const (
	notEnded Ending = iota
	Returned        // with a result, or cancelled
	Panicked        // the error is the *PanicError
	Exited          // by runtime.Goexit
)

// Result returns the result of a task that is done, with how it came about.
func Result[T any](h *JoinHandle[T]) (T, Ending, error) {
	return h.value, h.task.ending, h.task.err()
}
