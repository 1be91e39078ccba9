package eddy

import "github.com/eddy-go/eddy/internal/executor"

// A Group is tasks that belong together: the children of the code that made it, its maker. Group starts one.
//
//   - Wait waits for all children and returns their errors. The first child that fails cancels the others.
//   - A child that panics cancels the others too, and Wait panics with its *PanicError, which has the child's stack.
//   - No child outlives the group. If the maker ends without Wait, whichever way, its children are cancelled, and have
//     ended before anybody sees that the maker has. What they return is lost then; a panic of theirs becomes the
//     maker's.
//   - When the maker is cancelled, its children are, at once. A WithTimeout in which the group was made holds for the
//     children as for the maker: their waits return os.ErrDeadlineExceeded after the same moment.
//   - Runtime.Context of a child has the deadline and the values that it has where the group was made. The first error
//     is the cause of its end.
//
// The maker is a task or the code of an Async. An Async that is given up, by a Timeout or a Select2 around it, may live on
// until its children have ended: they are cancelled, and what gave it up does not wait for them. WithTimeout around the
// group does.
//
// A Group's methods are for tasks, any of them, the children too; only Wait is the maker's own.
type Group struct {
	rt    *Runtime
	group executor.Group
}

// Group makes a group whose children belong to the current task, or to the Async whose code this is. From a task.
func (rt *Runtime) Group() *Group {
	g := &Group{rt: rt}
	g.group.Begin(rt.exec)
	return g
}

// Go starts fn as a child. Without a limit it returns at once, as Runtime.Spawn does; with SetLimit it first waits for
// room, in the order of the calls, together with other tasks.
//
// The handle is for those who want to know of this child: Wait needs none. Where no child is started, fn is not called,
// and the handle has ended with the reason: ErrCanceled in a group that is cancelled or has failed, the error of the
// interrupted wait for room, ErrClosed while the runtime shuts down, and another error once Wait has returned. What fn
// would have closed is the caller's then; and the call may let the loop go on, so that a loop of refused calls does not
// keep it. From a task.
func (g *Group) Go(fn func() error) *JoinHandle[struct{}] {
	g.fromTask("Group.Go")
	return g.group.Go(fn)
}

// Go is Group.Go for a function with a result, which Join of the handle returns. From a task.
func Go[T any](g *Group, fn func() (T, error)) *JoinHandle[T] {
	g.fromTask("Go")
	return executor.Go(&g.group, fn)
}

// SetLimit has at most n children run at a time, from the next Go on; 0 or less is no limit. A child that calls Go in a
// full group of its own waits for its siblings, and if all do, for ever. From a task.
func (g *Group) SetLimit(n int) {
	g.fromTask("Group.SetLimit")
	g.group.SetLimit(n)
}

// Cancel asks all children to end, and lets no more in. It returns at once; Wait tells when they have ended. From a task.
func (g *Group) Cancel() {
	g.fromTask("Group.Cancel")
	g.group.Cancel()
}

// Wait waits until all children have ended, those that are started meanwhile included. After it no child can be started.
// It is for the maker alone, and panics elsewhere. From a task.
//
// One child's error is returned as it is, several as errors.Join makes them, in the order in which they came. A child
// that was cancelled, by the group or its handle, and ended with ErrCanceled (or context.Canceled) has not failed; only
// if there is no other error, Wait returns the first such one. Of several children that ended by the deadline of the
// group, the first tells.
//
// Wait is not interrupted, because that would leave children behind. When the maker is cancelled, or a WithTimeout around
// Wait expires, the children are cancelled, Wait goes on until they have ended, and returns the interruption, with the
// errors of the children if there are any.
func (g *Group) Wait() error {
	g.fromTask("Group.Wait")
	return g.group.Wait()
}

// fromTask is Runtime.fromTask for the methods of a group.
func (g *Group) fromTask(op string) {
	if g.rt == nil {
		panic("eddy: a Group is made by Runtime.Group")
	}
	g.rt.fromTask(op)
}
