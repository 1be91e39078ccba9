package eddy

import (
	"fmt"
	"strings"
)

// DeadlockError is the result of BlockOn when nothing could ever have happened again: every task was waiting, and
// nothing was left that could wake one.
type DeadlockError struct {
	Tasks []TaskInfo // the tasks, what each waited for and since when
}

// Error lists the tasks, one a line.
func (e *DeadlockError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "eddy: deadlock: all %d tasks wait and nothing can wake them", len(e.Tasks))
	for _, t := range e.Tasks {
		fmt.Fprintf(&b, "\n\t%v", t)
	}
	return b.String()
}

// deadlocked reports whether it is certain that nothing can happen any more. It is asked when no task is ready and no
// timer is armed. A wait for a socket may end at any time, and so may one whose waker somebody has taken along.
func (rt *Runtime) deadlocked() bool {
	return rt.reactor.Waiting() == 0 &&
		rt.inFlight() == 0 &&
		rt.linger.len() == 0 &&
		rt.handles.Load() == 0 &&
		!rt.exec.OutsideWaits()
}
