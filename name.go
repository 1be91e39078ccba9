package eddy

// SetName names the current task, for Tasks, the reports of a deadlock, of a slow poll and of a panic, and for profiles;
// JoinHandle.Named does it from outside. The last name counts, and "" takes it away: without a name a task goes by its
// function. A task's children do not inherit it.
//
// In CPU and goroutine profiles straight-line code carries the label "task" with the name, or with the function's name,
// also in the coroutines of Async that it awaits: see `go tool pprof -tags` and -tagfocus. A name given to a task that
// has begun shows there from now on in the calling code, and in the rest of the task's own when it comes back from its
// wait; coroutines that it began to await before keep their label. It takes the place of what a pprof.Do in progress has
// set. A pprof.Do on Runtime.Context, asked for after the name was given, adds its labels to the task's. Goroutines inherit
// the labels of whoever starts them. A hand-written future runs on the loop's own goroutine and carries none. From a task.
func (rt *Runtime) SetName(name string) {
	rt.fromTask("SetName")
	rt.exec.SetName(name)
}
